//! The journal beside an unfinished file. It records which content the file belongs to and which bytes are on disk. It is text, so that an
//! interrupted write damages only its last line.

use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::intervals::Intervals;

/// Largest journal in bytes; a larger file was not written by this program.
const MAX_BYTES: u64 = 16 << 20;

/// The content that an unfinished file belongs to. If the hub offers another one, the download starts again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentId {
    /// The hub's tag of the content: SHA-256 of large files, Git's hash of small ones.
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
}

/// The journal of one unfinished file. The caller writes the bytes first and adds their range after that.
#[derive(Debug)]
pub struct Journal {
    file: File,
    done: Intervals,
}

impl Journal {
    /// Opens the journal at `path`. Its ranges are kept only if it belongs to the same content and `part`, the file with the bytes, has that
    /// content's size; otherwise an empty journal replaces it. Blocking.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn open(path: &Path, part: &Path, content: &ContentId) -> io::Result<Self> {
        let is_there = std::fs::metadata(part).is_ok_and(|file| file.len() == content.size);
        let done = if is_there { read(path, content).unwrap_or_default() } else { Intervals::default() };
        // Rewritten, so that it has one line per range however often the download was interrupted.
        let mut text = serde_json::to_string(content)?;
        text.push('\n');
        done.ranges().iter().for_each(|range| text.push_str(&line(range)));
        crate::store::write_atomic(path, text.as_bytes()).map_err(crate::store::StoreError::into_source)?;
        let file = File::options().append(true).open(path)?;
        Ok(Self { file, done })
    }

    /// The bytes that are on disk.
    pub fn done(&self) -> &Intervals {
        &self.done
    }

    /// Records that the bytes of a range are on disk.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn add(&mut self, range: Range<u64>) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        self.file.write_all(line(&range).as_bytes())?;
        self.done.add(range);
        Ok(())
    }
}

/// Bytes that the journal at `path` records, whatever content it belongs to; 0 without a journal.
pub(super) fn bytes_noted(path: &Path) -> u64 {
    let read = || -> Option<u64> {
        let text = text(path)?;
        let content: ContentId = serde_json::from_str(text.lines().next()?).ok()?;
        parse(&text, &content).map(|done| done.bytes())
    };
    read().unwrap_or(0)
}

fn line(range: &Range<u64>) -> String {
    format!("{} {}\n", range.start, range.end)
}

/// The ranges of a journal; `None` if it belongs to other content or cannot be read.
fn read(path: &Path, content: &ContentId) -> Option<Intervals> {
    parse(&text(path)?, content)
}

/// The text of a journal; `None` if it cannot be read or is too large.
fn text(path: &Path) -> Option<String> {
    if std::fs::metadata(path).ok()?.len() > MAX_BYTES {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

fn parse(text: &str, content: &ContentId) -> Option<Intervals> {
    let (head, rest) = text.split_once('\n')?;
    if serde_json::from_str::<ContentId>(head).ok()? != *content {
        return None;
    }
    let mut done = Intervals::default();
    // A line without a line break was interrupted, so its numbers may lack digits.
    for line in rest.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let (start, end) = line.split_once(' ')?;
        let range: Range<u64> = start.parse().ok()?..end.parse().ok()?;
        if range.is_empty() || range.end > content.size {
            return None;
        }
        done.add(range);
    }
    Some(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(etag: &str) -> ContentId {
        ContentId { etag: etag.into(), size: 100 }
    }

    #[test]
    fn ranges_survive_unless_the_content_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (path, part) = (dir.path().join("a.journal"), dir.path().join("a.part"));
        let open = |etag: &str| Journal::open(&path, &part, &content(etag)).unwrap();
        let mut journal = open("one");
        journal.add(10..20).unwrap();
        // Without the bytes the ranges are worth nothing.
        assert_eq!(open("one").done().bytes(), 0);
        File::create(&part).unwrap().set_len(100).unwrap();
        let mut journal = open("one");
        for range in [10..20, 0..10, 50..60, 60..60] {
            journal.add(range).unwrap();
        }
        assert_eq!(open("one").done().ranges(), [0..20, 50..60]);
        // An interrupted line is left out, and the next line does not continue it.
        File::options().append(true).open(&path).unwrap().write_all(b"20 4").unwrap();
        let mut journal = open("one");
        assert_eq!(journal.done().ranges(), [0..20, 50..60]);
        journal.add(20..30).unwrap();
        assert_eq!(open("one").done().ranges(), [0..30, 50..60]);
        assert_eq!(open("two").done().bytes(), 0);
        assert_eq!(open("one").done().bytes(), 0, "the journal of other content was replaced");
        File::options().write(true).open(&part).unwrap().set_len(99).unwrap();
        let mut journal = open("one");
        journal.add(0..9).unwrap();
        assert_eq!(open("one").done().bytes(), 0);
        assert_eq!(bytes_noted(&path), 0);
        open("one").add(5..9).unwrap();
        assert_eq!((bytes_noted(&path), bytes_noted(&part)), (4, 0));
    }

    #[test]
    fn a_damaged_journal_is_not_believed() {
        let head = serde_json::to_string(&content("one")).unwrap();
        let read = |rest: &str| parse(&format!("{head}\n{rest}"), &content("one")).map(|done| done.bytes());
        assert_eq!((read(""), read("0 5\n"), read("0 5\n7 8")), (Some(0), Some(5), Some(5)));
        for damaged in ["5 0\n", "0 101\n", "a b\n", "0\n", "-1 5\n", "0 99999999999999999999\n", "\0\0\0\n"] {
            assert_eq!(read(damaged), None, "{damaged:?}");
        }
        assert_eq!((parse("", &content("one")), parse("{}\n", &content("one"))), (None, None));
    }
}
