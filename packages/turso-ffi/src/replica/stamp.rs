//! What the files of a database look like from outside, so that a change by others shows without reading them through.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

const PAGE: u64 = 4096;
const WAL_HEADER: u64 = 32;
const FRAME_HEADER: usize = 24;

/// The main file: which one it is, its size, and when it was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    pub inode: u64,
    pub size: u64,
    pub modified_ns: i128,
}

/// What has been committed in a write-ahead log: by its salts, which change when a log restarts, and by SQLite's own
/// running checksum of its last frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WalStamp {
    pub salts: [u32; 2],
    pub frames: u32,
    pub checksum: [u32; 2],
}

impl FileStamp {
    /// None where there is no file.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(Self {
                inode: metadata.ino(),
                size: metadata.size(),
                modified_ns: i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec()),
            })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl WalStamp {
    /// The log as it is now. Where it still begins with what `since` tells of, only what follows that is looked at.
    pub fn of(path: &Path, since: &Self) -> io::Result<Self> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            file => file?,
        };
        let Some(header) = read::<{ WAL_HEADER as usize }>(&file, 0)? else { return Ok(Self::default()) };
        let salts = [number(&header, 16), number(&header, 20)];
        let mut stamp = Self { salts, ..Self::default() };
        if since.frames > 0 && since.salts == salts && since.is_in(&file)? {
            stamp = *since;
        }
        let mut index = stamp.frames;
        while let Some(frame) = read::<FRAME_HEADER>(&file, offset_of(index))? {
            if [number(&frame, 8), number(&frame, 12)] != salts {
                break;
            }
            index += 1;
            // The frames of a transaction that was given up stay in the file, and none of them ends it.
            if number(&frame, 4) != 0 {
                stamp.frames = index;
                stamp.checksum = [number(&frame, 16), number(&frame, 20)];
            }
        }
        Ok(if stamp.frames == 0 { Self::default() } else { stamp })
    }

    /// Whether `now` is this log with more behind it.
    pub fn is_begun_by(&self, path: &Path) -> io::Result<bool> {
        match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(self.frames == 0),
            file => self.is_in(&file?),
        }
    }

    /// Bytes of the file that it is.
    pub fn length(&self) -> u64 {
        if self.frames == 0 {
            0
        } else {
            offset_of(self.frames)
        }
    }

    fn is_in(&self, file: &File) -> io::Result<bool> {
        let Some(last) = self.frames.checked_sub(1) else { return Ok(true) };
        let Some(header) = read::<{ WAL_HEADER as usize }>(file, 0)? else { return Ok(false) };
        let Some(frame) = read::<FRAME_HEADER>(file, offset_of(last))? else { return Ok(false) };
        let salts = [number(&header, 16), number(&header, 20)];
        let of_frame = [number(&frame, 8), number(&frame, 12)];
        Ok(salts == self.salts && of_frame == salts && [number(&frame, 16), number(&frame, 20)] == self.checksum)
    }
}

fn offset_of(frame: u32) -> u64 {
    WAL_HEADER + u64::from(frame) * (FRAME_HEADER as u64 + PAGE)
}

/// None where the file ends before.
fn read<const N: usize>(file: &File, offset: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact_at(&mut bytes, offset) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
