//! Pages of flash, which the machine does not have: files of the host stand for them and outlive the machine.

use core::ffi::CStr;
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
    check_erase, check_read, check_write,
};
use semihosting::fs::File;
use semihosting::io::{Read, Seek, SeekFrom, Write};

/// The pages. Writing makes ones to zeros only, as in the real part.
pub struct Flash {
    file: File,
    bytes: usize,
}

/// The file failed, or the place is none.
#[derive(Debug)]
pub struct Failed(NorFlashErrorKind);

impl Flash {
    /// So many pages in the file of a device that has been here before, or in an erased one.
    pub fn open(name: &CStr, pages: usize) -> Option<Self> {
        let open = || File::options().read(true).write(true).open(name);
        let bytes = pages * Self::ERASE_SIZE;
        if let Ok(file) = open() {
            return Some(Self { file, bytes });
        }
        File::create(name).ok()?;
        let mut flash = Self { file: open().ok()?, bytes };
        flash.erase(0, bytes as u32).ok()?;
        Some(flash)
    }

    fn at(&mut self, offset: u32) -> Result<&mut File, Failed> {
        self.file.seek(SeekFrom::Start(offset.into())).map_err(failed)?;
        Ok(&mut self.file)
    }
}

impl ErrorType for Flash {
    type Error = Failed;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, place: &mut [u8]) -> Result<(), Failed> {
        check_read(self, offset, place.len()).map_err(Failed)?;
        self.at(offset)?.read_exact(place).map_err(failed)
    }

    fn capacity(&self) -> usize {
        self.bytes
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        check_erase(self, from, to).map_err(Failed)?;
        let file = self.at(from)?;
        (from..to).step_by(ERASED.len()).try_for_each(|_| file.write_all(&ERASED)).map_err(failed)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Failed> {
        check_write(self, offset, bytes.len()).map_err(Failed)?;
        for (at, byte) in (offset..).zip(bytes) {
            let mut place = [0];
            self.read(at, &mut place)?;
            self.at(at)?.write_all(&[place[0] & byte]).map_err(failed)?;
        }
        Ok(())
    }
}

impl MultiwriteNorFlash for Flash {}

impl NorFlashError for Failed {
    fn kind(&self) -> NorFlashErrorKind {
        self.0
    }
}

fn failed(_: semihosting::io::Error) -> Failed {
    Failed(NorFlashErrorKind::Other)
}

const ERASED: [u8; 256] = [0xff; 256];
