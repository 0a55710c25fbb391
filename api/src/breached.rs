//! Passwords that were breached elsewhere, looked up in a file on this machine: nothing of a password leaves it, not even
//! the beginning of a hash.
//!
//! The file has one SHA-1 digest in hexadecimal a line, in ascending order, with or without `:count` behind it: as the
//! downloader of Pwned Passwords writes it (<https://haveibeenpwned.com/Passwords>). SHA-1 is the list's choice; it only
//! names passwords that are public.

use sha1::{Digest as _, Sha1};
use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Digits of a digest.
const DIGITS: usize = 40;
/// Longer than any line: a digest, a colon, a count, a line's end.
const LINE: usize = 64;

/// A list of breached passwords.
pub struct Breached {
    file: Mutex<File>,
    length: u64,
}

impl Breached {
    /// Opens a list.
    ///
    /// # Errors
    /// When the file cannot be read, or does not begin and end as a list in ascending order does.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let list = Self { file: Mutex::new(file), length };
        let first = list.line_from(0)?;
        let last = list.line_from(length.saturating_sub(LINE as u64))?;
        match (first, last) {
            (Some((_, first)), Some((_, last))) if first <= last => Ok(list),
            _ => Err(Error::new(ErrorKind::InvalidData, "not a list of SHA-1 digests in ascending order")),
        }
    }

    /// Whether the password is in the list: some thirty small reads of a file of a billion.
    ///
    /// # Errors
    /// When the file cannot be read, or a line of it is no digest.
    pub fn contains(&self, password: &str) -> Result<bool, Error> {
        let wanted: [u8; 20] = Sha1::digest(password.as_bytes()).into();
        // The wanted line, if it is there, begins in this range.
        let (mut from, mut to) = (0, self.length);
        while from < to {
            let middle = from + (to - from) / 2;
            match self.line_from(middle)? {
                Some((begins, digest)) if begins < to => match digest.cmp(&wanted) {
                    std::cmp::Ordering::Equal => return Ok(true),
                    std::cmp::Ordering::Less => from = begins + 1,
                    std::cmp::Ordering::Greater => to = middle,
                },
                _ => to = middle,
            }
        }
        Ok(false)
    }

    /// The first line that begins at `offset` or after it, and where; `None` at the end.
    fn line_from(&self, offset: u64) -> Result<Option<(u64, [u8; 20])>, Error> {
        // From the byte before, which tells whether a line begins here.
        let start = offset.saturating_sub(1);
        let mut bytes = Vec::with_capacity(2 * LINE);
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start))?;
            file.by_ref().take(2 * LINE as u64).read_to_end(&mut bytes)?;
        }
        let skipped = match offset {
            0 => 0,
            _ => match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                None => return Ok(None),
            },
        };
        let line = &bytes[skipped..];
        if line.is_empty() {
            return Ok(None);
        }
        let digest = line.get(..DIGITS).and_then(digest);
        let digest = digest.ok_or_else(|| Error::new(ErrorKind::InvalidData, "a line is no SHA-1 digest"))?;
        Ok(Some((start + skipped as u64, digest)))
    }
}

fn digest(digits: &[u8]) -> Option<[u8; 20]> {
    let mut digest = [0; 20];
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn list(passwords: &[String], tail: impl Fn(usize) -> String) -> (tempfile::NamedTempFile, Breached) {
        let mut lines: Vec<String> = passwords
            .iter()
            .map(|password| {
                let digest: [u8; 20] = Sha1::digest(password.as_bytes()).into();
                digest.iter().fold(String::new(), |mut text, byte| {
                    let _ = write!(text, "{byte:02X}");
                    text
                })
            })
            .collect();
        lines.sort();
        let text: String = lines.iter().enumerate().map(|(n, line)| format!("{line}{}", tail(n))).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let breached = Breached::open(file.path()).unwrap();
        (file, breached)
    }

    #[test]
    fn every_password_of_the_list_is_found_and_no_other() {
        for count in [1, 2, 3, 10, 257] {
            let passwords: Vec<_> = (0..count).map(|n| format!("breached password {n}")).collect();
            let tails: [fn(usize) -> String; 3] =
                [|_| "\n".into(), |n| format!(":{}\r\n", 7_usize.pow(n as u32 % 9)), |n| format!(":{n}\n")];
            for tail in tails {
                let (_file, breached) = list(&passwords, tail);
                assert!(passwords.iter().all(|password| breached.contains(password).unwrap()));
                assert!(!(0..200).any(|n| breached.contains(&format!("good password {n}")).unwrap()));
            }
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let descending = format!("{}\n{}\n", "F".repeat(40), "0".repeat(40));
        for text in ["", "\n", "password\n", &"Z".repeat(40), &descending] {
            std::fs::write(file.path(), text).unwrap();
            assert!(Breached::open(file.path()).is_err(), "{text}");
        }
        assert!(Breached::open(Path::new("/nowhere/at/all")).is_err());
    }

    /// The digest of the list's own documentation: `password` is 5BAA6 1E4C9…
    #[test]
    fn digests_are_those_of_the_published_list() {
        let (_file, breached) = list(&["password".into()], |_| ":10434004\r\n".into());
        let line = breached.line_from(0).unwrap().unwrap();
        assert_eq!(line.1[..4], [0x5B, 0xAA, 0x61, 0xE4]);
        assert!(breached.contains("password").unwrap());
    }
}
