//! A NOR flash that loses power at a given operation, whole or in the middle of it.

use embedded_storage_async::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

/// What becomes of the operation at which the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It does nothing.
    Before,
    /// It does half of its work.
    Torn,
    /// It is done, and nobody hears of it.
    Behind,
}

/// The part. Reads need power too.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) bytes: Vec<u8>,
    /// Writes and erasures so far.
    pub(crate) operations: usize,
    pub(crate) erased: Vec<usize>,
    pub(crate) cut: Option<(usize, Cut)>,
    pub(crate) is_dead: bool,
    /// Whether it says that it writes, and does not.
    pub(crate) is_worn: bool,
}

#[derive(Debug)]
pub(crate) struct NoPower;

impl Part {
    pub(crate) fn new(pages: usize) -> Self {
        let bytes = vec![0xff; pages * Self::ERASE_SIZE];
        Self {
            bytes,
            operations: 0,
            erased: vec![0; pages],
            cut: None,
            is_dead: false,
            is_worn: false,
        }
    }

    /// The same after the power came back.
    pub(crate) fn again(self) -> Self {
        Self { cut: None, is_dead: false, ..self }
    }

    /// How much of an operation on `length` bytes is done, and whether it is the last.
    fn begin(&mut self, length: usize) -> Result<usize, NoPower> {
        if self.is_dead {
            return Err(NoPower);
        }
        let now = self.operations;
        self.operations += 1;
        match self.cut {
            Some((at, cut)) if at == now => {
                self.is_dead = true;
                Ok(match cut {
                    Cut::Before => 0,
                    Cut::Torn => length / 2,
                    Cut::Behind => length,
                })
            }
            _ => Ok(length),
        }
    }

    fn end(&self) -> Result<(), NoPower> {
        if self.is_dead { Err(NoPower) } else { Ok(()) }
    }
}

impl NorFlashError for NoPower {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Part {
    type Error = NoPower;
}

impl ReadNorFlash for Part {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, place: &mut [u8]) -> Result<(), NoPower> {
        let start = offset as usize;
        self.end()?;
        place.copy_from_slice(&self.bytes[start..start + place.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Part {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 1024;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), NoPower> {
        for page in (from as usize..to as usize).step_by(Self::ERASE_SIZE) {
            let done = self.begin(Self::ERASE_SIZE)?;
            self.bytes[page..page + done].fill(0xff);
            self.erased[page / Self::ERASE_SIZE] += 1;
        }
        self.end()
    }

    async fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), NoPower> {
        let start = offset as usize;
        let is_whole = |length: usize| length.is_multiple_of(Self::WRITE_SIZE);
        assert!(is_whole(start) && is_whole(data.len()));
        let done = self.begin(data.len())?;
        if self.is_worn {
            return Ok(());
        }
        // Writing makes ones to zeros only.
        let places = self.bytes[start..].iter_mut();
        places.zip(&data[..done]).for_each(|(place, byte)| *place &= byte);
        self.end()
    }
}

impl MultiwriteNorFlash for Part {}
