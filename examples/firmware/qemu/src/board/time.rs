//! embassy-time by SysTick, a tick a millisecond.

use core::cell::{Cell, RefCell};
use core::task::Waker;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST};
use cortex_m_rt::exception;
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

/// Starts the ticks.
pub fn start(mut timer: SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CLOCK_HZ / 1000 - 1);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();
}

/// Instructions that the processor has executed, sleep left out: 8 ns each, as `-icount shift=3` has it.
pub fn instructions() -> u64 {
    critical_section::with(|cs| cycles().wrapping_sub(IDLE.borrow(cs).get())) * (40 / 8)
}

/// Counts the time that `sleep` takes as idle; call with interrupts held back.
pub fn count_idle(sleep: fn()) {
    critical_section::with(|cs| {
        let start = cycles();
        sleep();
        let idle = IDLE.borrow(cs);
        idle.set(idle.get().wrapping_add(cycles().wrapping_sub(start)));
    });
}

/// Cycles of the core clock, 40 ns each. A tick that has come and was not served yet is counted.
fn cycles() -> u64 {
    let per_tick = u64::from(CLOCK_HZ / 1000);
    critical_section::with(|cs| {
        let ticks = TICKS.now.borrow(cs).get();
        let count = || per_tick - 1 - u64::from(SYST::get_current());
        let before = count();
        if SCB::is_pendst_pending() {
            (ticks + 1) * per_tick + count()
        } else {
            ticks * per_tick + before
        }
    })
}

struct Ticks {
    now: Mutex<Cell<u64>>,
    wake_at: Mutex<Cell<u64>>,
    queue: Mutex<RefCell<Queue>>,
}

impl Driver for Ticks {
    fn now(&self) -> u64 {
        critical_section::with(|cs| self.now.borrow(cs).get())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|cs| {
            let mut queue = self.queue.borrow(cs).borrow_mut();
            if queue.schedule_wake(at, waker) {
                let next = queue.next_expiration(self.now.borrow(cs).get());
                self.wake_at.borrow(cs).set(next);
            }
        });
    }
}

#[exception]
fn SysTick() {
    critical_section::with(|cs| {
        let now = TICKS.now.borrow(cs).get() + 1;
        TICKS.now.borrow(cs).set(now);
        if TICKS.wake_at.borrow(cs).get() <= now {
            let next = TICKS.queue.borrow(cs).borrow_mut().next_expiration(now);
            TICKS.wake_at.borrow(cs).set(next);
        }
    });
}

embassy_time_driver::time_driver_impl!(static TICKS: Ticks = Ticks {
    now: Mutex::new(Cell::new(0)),
    wake_at: Mutex::new(Cell::new(u64::MAX)),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

static IDLE: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

/// The machine's core clock.
const CLOCK_HZ: u32 = 25_000_000;
