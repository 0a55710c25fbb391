//! The file of all heads that were signed: one note after another, only ever appended to.

use crate::note::DASH;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// More than two notes have.
const TAIL: u64 = 4_096;

/// A file of heads.
#[derive(Clone, Debug)]
pub struct Heads(PathBuf);

impl Heads {
    /// The file need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Appends a note, durably. What a crash left of another is taken away first; nobody was told of it.
    ///
    /// # Errors
    /// Of the file system.
    pub fn append(&self, note: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let is_new = !self.0.exists();
        let mut file = options.open(&self.0)?;
        let (from, tail) = tail(&mut file)?;
        let whole = from + end_of_last(&tail).unwrap_or(0) as u64;
        if whole < from + tail.len() as u64 && (from == 0 || whole > from) {
            file.set_len(whole)?;
        }
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        match self.0.parent().filter(|folder| is_new && !folder.as_os_str().is_empty()) {
            // Without this a crash could lose the name of a file whose content is safe.
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    /// The newest note; `None` when there is none.
    ///
    /// # Errors
    /// Of the file system; a file that is not there is no error.
    pub fn last(&self) -> io::Result<Option<String>> {
        let mut file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let (_, tail) = tail(&mut file)?;
        let text = String::from_utf8_lossy(&tail);
        let mut notes = Notes { lines: BufReader::new(text.as_bytes()), next: None };
        let mut last = None;
        while let Some(note) = notes.next_note()? {
            if note.ends_with('\n') && note.contains(DASH) {
                last = Some(note);
            }
        }
        Ok(last)
    }

    /// All notes in order, each to be checked; one that a crash broke off may be the last.
    ///
    /// # Errors
    /// Of the file system; a file that is not there has none.
    pub fn each(&self, mut take: impl FnMut(String)) -> io::Result<()> {
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut notes = Notes { lines: BufReader::new(file), next: None };
        while let Some(note) = notes.next_note()? {
            take(note);
        }
        Ok(())
    }
}

/// Where the tail begins, and its bytes.
fn tail(file: &mut File) -> io::Result<(u64, Vec<u8>)> {
    let from = file.metadata()?.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((from, bytes))
}

/// After the last line that is a whole signature.
fn end_of_last(bytes: &[u8]) -> Option<usize> {
    let mut end = None;
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.starts_with(DASH.as_bytes()) && line.ends_with(b"\n") {
            end = Some(at);
        }
    }
    end
}

/// Splits at the first line after signatures.
struct Notes<R> {
    lines: R,
    next: Option<String>,
}

impl<R: BufRead> Notes<R> {
    fn next_note(&mut self) -> io::Result<Option<String>> {
        let mut note = self.next.take().unwrap_or_default();
        let mut signed = false;
        loop {
            let mut line = Vec::new();
            if self.lines.read_until(b'\n', &mut line)? == 0 {
                return Ok((!note.is_empty()).then_some(note));
            }
            // What is not UTF-8 is no note, whatever stands in its place.
            let line = String::from_utf8_lossy(&line).into_owned();
            let signature = line.starts_with(DASH);
            if signed && !signature {
                self.next = Some(line);
                return Ok(Some(note));
            }
            signed = signature;
            note += &line;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signer;

    #[test]
    fn notes_come_back_in_order_and_half_of_one_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let heads = Heads::at(folder.path().join("heads"));
        let all = |heads: &Heads| {
            let mut notes = Vec::new();
            heads.each(|note| notes.push(note)).unwrap();
            notes
        };
        assert_eq!((heads.last().unwrap(), all(&heads).len()), (None, 0));
        let signer = Signer::new(|_| "log".into(), &[1; 32]);
        let notes: Vec<_> = (0..100).map(|n| signer.sign(&format!("log\n{n}\nroot\n"))).collect();
        for (n, note) in notes.iter().enumerate() {
            heads.append(note).unwrap();
            assert_eq!(heads.last().unwrap().as_ref(), Some(note), "{n}");
        }
        assert_eq!(all(&heads), notes);
        let whole = std::fs::read(heads.path()).unwrap();
        for cut in 1..notes[99].len() {
            std::fs::write(heads.path(), &whole[..whole.len() - cut]).unwrap();
            assert_eq!(heads.last().unwrap().as_ref(), Some(&notes[98]), "{cut}");
            heads.append(&notes[99]).unwrap();
            assert_eq!(std::fs::read(heads.path()).unwrap(), whole, "{cut}");
        }
    }
}
