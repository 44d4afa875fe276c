//! QEMU's mps2-an385: clock, interrupts, and what it has of the host.

mod flash;
mod host;
mod lan9118;
mod people;
mod stack;
mod time;

pub use flash::Flash;
pub use host::{HostRandom, Screen, anchors, exit, provisioned, relay, show, wall};
pub use lan9118::Lan9118;
pub use people::{Person, formats};
pub use stack::{high_water as stack_high_water, paint as paint_stack};
pub use time::instructions;

use core::panic::PanicInfo;
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::exception;
use embassy_executor::{InterruptExecutor, SendSpawner};
use semihosting::eprintln;

/// Starts the clock and two executors, the lower of them first; call once.
///
/// Both are interrupts, since QEMU takes the `wfe` of an executor in thread mode for no instruction at all and spins.
pub fn start() -> (SendSpawner, SendSpawner) {
    let Some(mut core) = cortex_m::Peripherals::take() else { exit(104) };
    time::start(core.SYST);
    // Lower numbers go first; the network card's and the clock's are 0.
    // SAFETY: no critical section depends on this priority.
    unsafe {
        core.NVIC.set_priority(Irq::Ui, 0x80);
        core.NVIC.set_priority(Irq::Work, 0xc0);
    }
    (WORK.start(Irq::Work), UI.start(Irq::Ui))
}

/// Leaves the processor to the interrupts.
pub fn idle() -> ! {
    loop {
        // With interrupts held back, what wakes it is served after its sleep has been counted.
        critical_section::with(|_| time::count_idle(cortex_m::asm::wfi));
    }
}

/// Interrupts of this machine that are used here.
#[derive(Clone, Copy)]
enum Irq {
    Network = 13,
    /// Those of serial ports which nobody uses.
    Ui = 4,
    Work = 5,
}

// SAFETY: all are below the 32 of an ARMv6-M core.
unsafe impl InterruptNumber for Irq {
    fn number(self) -> u16 {
        self as u16
    }
}

fn unmask(irq: Irq) {
    // SAFETY: its handler is below, and needs nothing that is not static.
    unsafe { NVIC::unmask(irq) };
}

/// Without a device's own vector table every interrupt comes here.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    match number {
        13 => lan9118::on_interrupt(),
        // SAFETY: only its own interrupt calls each, and only after `start` has unmasked it.
        4 => unsafe { UI.on_interrupt() },
        5 => unsafe { WORK.on_interrupt() },
        number => {
            eprintln!("unexpected interrupt {number}");
            exit(103)
        }
    }
}

#[exception]
unsafe fn HardFault(_: &cortex_m_rt::ExceptionFrame) -> ! {
    eprintln!("hard fault");
    exit(102)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    eprintln!("{info}");
    exit(101)
}

static UI: InterruptExecutor = InterruptExecutor::new();
static WORK: InterruptExecutor = InterruptExecutor::new();
