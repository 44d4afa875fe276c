//! The network card, a LAN9118, as a driver for embassy-net: frames go through its FIFOs word by word.

use super::{Irq, exit, unmask};
use core::task::Context;
use embassy_net_driver::{
    Capabilities, Driver, HardwareAddress, LinkState, RxToken as Rx, TxToken as Tx,
};
use embassy_sync::waitqueue::AtomicWaker;

/// The card, started.
pub struct Lan9118 {
    address: [u8; 6],
}

impl Lan9118 {
    /// Resets the card and gives it its address.
    pub fn new(address: [u8; 6]) -> Self {
        if BYTE_TEST.read() != 0x8765_4321 {
            exit(107);
        }
        HW_CFG.write(1);
        while HW_CFG.read() & 1 != 0 {}
        // 5 KB of its memory for what goes out.
        HW_CFG.write(0x0005_0000);
        let [a, b, c, d, e, f] = address;
        write_mac(MAC_ADDRESS_LOW, u32::from_le_bytes([a, b, c, d]));
        write_mac(MAC_ADDRESS_HIGH, u32::from_le_bytes([e, f, 0, 0]));
        write_mac(MAC_CONTROL, SEND | RECEIVE);
        TX_CFG.write(1 << 1);
        // An interrupt from the first frame on.
        FIFO_INT.write(0x4800_0000);
        INT_STS.write(u32::MAX);
        IRQ_CFG.write(1 << 8 | 1 << 4 | 1);
        unmask(Irq::Network);
        Self { address }
    }
}

/// Keeps the interrupt away until the frames have been taken, or it would come again at once.
pub fn on_interrupt() {
    INT_EN.write(0);
    RECEIVED.wake();
}

/// A frame that has come.
pub struct Frame;
/// Room for one that is to go.
pub struct Room;

impl Driver for Lan9118 {
    type RxToken<'a> = Frame;
    type TxToken<'a> = Room;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Frame, Room)> {
        RECEIVED.register(cx.waker());
        if RX_FIFO_INF.read() >> 16 & 0xff != 0 {
            return Some((Frame, Room));
        }
        INT_STS.write(RECEIVE_LEVEL);
        INT_EN.write(RECEIVE_LEVEL);
        None
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<Room> {
        // A word for each frame that went out, which nobody reads and which would fill the card.
        while TX_FIFO_INF.read() >> 16 & 0xff != 0 {
            TX_STATUS.read();
        }
        if TX_FIFO_INF.read() & 0xffff < MTU as u32 + 16 {
            cx.waker().wake_by_ref();
            return None;
        }
        Some(Room)
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MTU;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

impl Rx for Frame {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, take: F) -> R {
        let mut frame = [0; FRAME];
        // The length counts four bytes of checksum.
        let length = (RX_STATUS.read() >> 16 & 0x3fff) as usize;
        for index in 0..length.div_ceil(4) {
            let word = RX_DATA.read().to_le_bytes();
            if let Some(place) = frame.get_mut(index * 4..index * 4 + 4) {
                place.copy_from_slice(&word);
            }
        }
        take(&mut frame[..length.saturating_sub(4).min(MTU)])
    }
}

impl Tx for Room {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, fill: F) -> R {
        let mut frame = [0; FRAME];
        let filled = fill(&mut frame[..length]);
        // The whole frame in one piece, then its length once more.
        TX_DATA.write(1 << 13 | 1 << 12 | length as u32);
        TX_DATA.write(length as u32);
        for word in frame[..length.next_multiple_of(4)].chunks_exact(4) {
            TX_DATA.write(u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        }
        filled
    }
}

/// A register of the card, by its offset.
struct Register(usize);

impl Register {
    fn read(&self) -> u32 {
        // SAFETY: a register of this machine's card, always mapped.
        unsafe { ((BASE + self.0) as *const u32).read_volatile() }
    }

    fn write(&self, value: u32) {
        // SAFETY: as above; the card touches no memory of ours.
        unsafe { ((BASE + self.0) as *mut u32).write_volatile(value) }
    }
}

fn write_mac(index: u32, value: u32) {
    MAC_DATA.write(value);
    MAC_COMMAND.write(1 << 31 | index);
    while MAC_COMMAND.read() >> 31 != 0 {}
}

static RECEIVED: AtomicWaker = AtomicWaker::new();

const BASE: usize = 0x4020_0000;
const MTU: usize = 1514;
const FRAME: usize = 1536;
const RX_DATA: Register = Register(0x00);
const TX_DATA: Register = Register(0x20);
const RX_STATUS: Register = Register(0x40);
const TX_STATUS: Register = Register(0x48);
const IRQ_CFG: Register = Register(0x54);
const INT_STS: Register = Register(0x58);
const INT_EN: Register = Register(0x5c);
const BYTE_TEST: Register = Register(0x64);
const FIFO_INT: Register = Register(0x68);
const TX_CFG: Register = Register(0x70);
const HW_CFG: Register = Register(0x74);
const RX_FIFO_INF: Register = Register(0x7c);
const TX_FIFO_INF: Register = Register(0x80);
const MAC_COMMAND: Register = Register(0xa4);
const MAC_DATA: Register = Register(0xa8);
const RECEIVE_LEVEL: u32 = 1 << 3;
const MAC_CONTROL: u32 = 1;
const MAC_ADDRESS_HIGH: u32 = 2;
const MAC_ADDRESS_LOW: u32 = 3;
const SEND: u32 = 1 << 3;
const RECEIVE: u32 = 1 << 2;
