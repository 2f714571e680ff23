//! Our own note beside a replica: which frame of which log it is at, and what its files looked like then. The live connection
//! of TypeScript reads and writes the same file; `docs/direct-access.md` describes it.

use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::SystemTime;

use libsql_replication::rpc::replication::Frame;

use super::stamp::{FileStamp, WalStamp};

const TITLE: &str = "turso replica note 1";

/// A frame of the log, with the running checksum of all frames up to it: two histories that share it are the same so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub frame_no: u64,
    pub checksum: u64,
}

impl Mark {
    /// A frame begins with its number and its checksum.
    pub fn of(frame: &Frame) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(frame.data.get(at..at + 8)?.try_into().ok()?));
        Some(Self { frame_no: number(0)?, checksum: number(8)? })
    }
}

/// What may have been under way as the note was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing: the files are as they were noted.
    Still,
    /// The main file is being brought up to what the write-ahead log has.
    Checkpointing,
    /// The main file has all of the write-ahead log, which may be emptied.
    Backfilled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The log's id, as the server tells it.
    pub log: String,
    /// Of the server's run that the replica was synced with; another one may have another history.
    pub session: String,
    /// None where nothing was ever written to the primary.
    pub mark: Option<Mark>,
    pub phase: Phase,
    pub file: FileStamp,
    pub wal: WalStamp,
    /// The address of the last sync, without a slash at its end. None in the notes of older versions.
    pub remote: Option<String>,
    /// When the last sync began that succeeded: kept as the time of the note's file, since a sync that brings nothing changes
    /// nothing else.
    pub synced: Option<SystemTime>,
}

impl Note {
    /// Reads a note; None where there is none, or none that can be read.
    pub fn load(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let mut lines = text.lines();
        if lines.next()? != TITLE || !text.ends_with('\n') {
            return None;
        }
        let mut field = |name: &str| Some(lines.next()?.strip_prefix(name)?.strip_prefix(' ')?.to_owned());
        Some(Self {
            log: field("log")?,
            session: field("session")?,
            mark: field("frame").and_then(|text| parse_mark(&text))?,
            phase: field("phase").and_then(|text| parse_phase(&text))?,
            file: field("file").and_then(|text| parse_file(&text))?,
            wal: field("wal").and_then(|text| parse_wal(&text))?,
            remote: field("remote"),
            synced: fs::metadata(path).and_then(|metadata| metadata.modified()).ok(),
        })
    }

    /// Puts it in the place of the note before, whole or not at all.
    pub fn store(&self, path: &Path) -> io::Result<()> {
        let draft = super::files::with_suffix(path, "-draft");
        super::files::write_private(&draft, self.text().as_bytes())?;
        self.store_time(&draft)?;
        fs::rename(draft, path)
    }

    /// Gives the file of a note the time of the last sync.
    pub fn store_time(&self, path: &Path) -> io::Result<()> {
        let Some(synced) = self.synced else { return Ok(()) };
        fs::File::options().write(true).open(path)?.set_modified(synced)
    }

    fn text(&self) -> String {
        let mark = self.mark.map_or("none".into(), |mark| format!("{} {:016x}", mark.frame_no, mark.checksum));
        let phase = match self.phase {
            Phase::Still => "still",
            Phase::Checkpointing => "checkpointing",
            Phase::Backfilled => "backfilled",
        };
        let FileStamp { inode, size, modified_ns } = self.file;
        let WalStamp { salts: [a, b], frames, checksum: [c, d] } = self.wal;
        let remote = self.remote.as_ref().map_or(String::new(), |remote| format!("remote {remote}\n"));
        format!(
            "{TITLE}\nlog {}\nsession {}\nframe {mark}\nphase {phase}\nfile {inode} {size} {modified_ns}\n\
             wal {a:08x} {b:08x} {frames} {c:08x} {d:08x}\n{remote}",
            self.log, self.session
        )
    }
}

// The outer None is for what cannot be read.
fn parse_mark(text: &str) -> Option<Option<Mark>> {
    if text == "none" {
        return Some(None);
    }
    let (frame_no, checksum) = text.split_once(' ')?;
    Some(Some(Mark { frame_no: frame_no.parse().ok()?, checksum: u64::from_str_radix(checksum, 16).ok()? }))
}

fn parse_phase(text: &str) -> Option<Phase> {
    Some(match text {
        "still" => Phase::Still,
        "checkpointing" => Phase::Checkpointing,
        "backfilled" => Phase::Backfilled,
        _ => return None,
    })
}

fn parse_file(text: &str) -> Option<FileStamp> {
    let mut words = text.split(' ');
    let stamp = FileStamp { inode: next(&mut words)?, size: next(&mut words)?, modified_ns: next(&mut words)? };
    words.next().is_none().then_some(stamp)
}

fn parse_wal(text: &str) -> Option<WalStamp> {
    let words: Vec<_> = text.split(' ').collect();
    let [a, b, frames, c, d] = words[..] else { return None };
    let hex = |word| u32::from_str_radix(word, 16).ok();
    Some(WalStamp { salts: [hex(a)?, hex(b)?], frames: frames.parse().ok()?, checksum: [hex(c)?, hex(d)?] })
}

fn next<'a, T: FromStr>(words: &mut impl Iterator<Item = &'a str>) -> Option<T> {
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        Note {
            log: "3d76d3e4-153b-400a-90e9-dfad3765d6c8".into(),
            session: "386ce2b1-8bd7-de33-00fe-73b6d8e32adc".into(),
            mark: Some(Mark { frame_no: 6, checksum: 0x0f48_775d_4668_ac8e }),
            phase: Phase::Still,
            file: FileStamp { inode: 12, size: 8192, modified_ns: 1_764_417_600_123_456_789 },
            wal: WalStamp { salts: [1, 0xffff_ffff], frames: 3, checksum: [7, 8] },
            remote: Some("https://db.example".into()),
            synced: Some(SystemTime::UNIX_EPOCH + std::time::Duration::new(1_764_417_600, 123_456_789)),
        }
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let path = std::env::temp_dir().join(format!("turso-note-{}", std::process::id()));
        for note in [
            note(),
            Note { mark: None, phase: Phase::Checkpointing, wal: WalStamp::default(), ..note() },
            Note { phase: Phase::Backfilled, ..note() },
            Note { remote: None, ..note() },
        ] {
            note.store(&path).unwrap();
            assert_eq!(Note::load(&path), Some(note));
        }
        let whole = note().text();
        for cut in 0..whole.len() - 1 {
            fs::write(&path, &whole[..cut]).unwrap();
            assert_ne!(Note::load(&path), Some(note()), "{cut}");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(Note::load(&path), None);
    }
}
