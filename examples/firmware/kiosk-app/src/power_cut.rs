//! Flash whose power fails, for the tests of what is kept in it.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use std::vec::Vec;

/// Two pages of `PAGE` bytes, whose power fails in the middle of an operation once `left` are done: so many bytes of it remain.
pub(crate) struct Flash<const PAGE: usize> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) left: usize,
    pub(crate) torn: usize,
}

#[derive(Debug)]
pub(crate) struct PowerCut;

impl NorFlashError for PowerCut {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl<const PAGE: usize> ErrorType for &mut Flash<PAGE> {
    type Error = PowerCut;
}

impl<const PAGE: usize> ReadNorFlash for &mut Flash<PAGE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), PowerCut> {
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const PAGE: usize> NorFlash for &mut Flash<PAGE> {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerCut> {
        self.change(from as usize, &vec![0xff; (to - from) as usize], |_, byte| byte)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerCut> {
        self.change(offset as usize, bytes, |there, byte| there & byte)
    }
}

impl<const PAGE: usize> Flash<PAGE> {
    /// With power, and `fill` in each byte.
    pub(crate) fn new(fill: u8) -> Self {
        Self { bytes: vec![fill; 2 * PAGE], left: usize::MAX, torn: 0 }
    }

    fn change(
        &mut self,
        at: usize,
        bytes: &[u8],
        change: impl Fn(u8, u8) -> u8,
    ) -> Result<(), PowerCut> {
        let is_cut = self.left == 0;
        let done = if is_cut { self.torn.min(bytes.len()) } else { bytes.len() };
        for (place, byte) in self.bytes[at..].iter_mut().zip(&bytes[..done]) {
            *place = change(*place, *byte);
        }
        self.left = self.left.saturating_sub(1);
        if is_cut { Err(PowerCut) } else { Ok(()) }
    }
}
