//! Reads a file record by record, with bounded memory however large the file or broken a line.

use csv::StringRecord;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most bytes of one record. A quote that is never closed would make the rest of the file one.
const LONGEST: u64 = 1024 * 1024;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A JSON object a line.
    Jsonl,
    /// Comma-separated values with a line of names (RFC 4180).
    Csv,
}

/// One record: the values of the columns that were asked for.
#[derive(Debug)]
pub(crate) struct Record {
    /// The line it begins at, from 1.
    pub(crate) line: u64,
    /// Its place in the file, from 1.
    pub(crate) number: u64,
    columns: Arc<HashMap<String, usize>>,
    values: Vec<Option<String>>,
}

impl Record {
    /// The value of a column; `None` where it has none.
    pub(crate) fn value(&self, column: &str) -> Option<&str> {
        self.values.get(*self.columns.get(column)?)?.as_deref()
    }

    /// All values, with their lengths.
    pub(crate) fn content(&self) -> Vec<u8> {
        let mut content = Vec::new();
        for value in self.values.iter().map(|value| value.as_deref().unwrap_or_default()) {
            content.extend_from_slice(&(value.len() as u64).to_be_bytes());
            content.extend_from_slice(value.as_bytes());
        }
        content
    }
}

/// Why a record cannot be read.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) line: u64,
    pub(crate) why: String,
    /// Nothing after it can be read either.
    pub(crate) last: bool,
}

/// Counts what was read, and refuses to read more of one record than it may have.
struct Metered {
    file: File,
    read: Arc<AtomicU64>,
    /// Up to where reading is allowed.
    until: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read.load(Ordering::Relaxed);
        if read >= self.until.load(Ordering::Relaxed) {
            return Err(io::Error::other("a record is longer than 1 MiB; a quote may be missing"));
        }
        let n = self.file.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

enum Source {
    Csv { reader: Box<csv::Reader<Metered>>, at: Vec<usize>, row: StringRecord },
    Jsonl { reader: BufReader<Metered>, line: u64, text: Vec<u8> },
}

/// The line that a record begins at, and its values.
type Values = (u64, Vec<Option<String>>);

/// The records of a file.
pub(crate) struct Records {
    source: Source,
    wanted: Vec<String>,
    columns: Arc<HashMap<String, usize>>,
    read: Arc<AtomicU64>,
    until: Arc<AtomicU64>,
    number: u64,
    over: bool,
}

impl Records {
    /// Opens a file for the columns in `wanted`.
    ///
    /// # Errors
    /// In words: when it cannot be read, or lacks one of the columns.
    pub(crate) fn open(path: &Path, format: Format, wanted: &[&str]) -> Result<Self, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let (read, until) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(2 * LONGEST)));
        let metered = Metered { file, read: read.clone(), until: until.clone() };
        let source = match format {
            Format::Jsonl => Source::Jsonl { reader: BufReader::new(metered), line: 0, text: Vec::new() },
            Format::Csv => {
                let mut reader = Box::new(csv::ReaderBuilder::new().from_reader(metered));
                let header = reader.headers().map_err(|error| unreadable(&error))?;
                let find = |column: &&str| {
                    // A byte order mark belongs to no name.
                    let at = header.iter().position(|name| name.trim_start_matches('\u{feff}') == *column);
                    at.ok_or_else(|| format!("{}: line 1: there is no column {column:?}", path.display()))
                };
                let at = wanted.iter().map(find).collect::<Result<_, _>>()?;
                Source::Csv { reader, at, row: StringRecord::new() }
            }
        };
        let columns = wanted.iter().enumerate().map(|(n, column)| ((*column).to_owned(), n)).collect();
        let wanted = wanted.iter().map(|column| (*column).to_owned()).collect();
        Ok(Self { source, wanted, columns: Arc::new(columns), read, until, number: 0, over: false })
    }

    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn next_values(&mut self) -> Option<Result<Values, Broken>> {
        match &mut self.source {
            Source::Csv { reader, at, row } => match reader.read_record(row) {
                Ok(false) => None,
                Ok(true) => {
                    let line = row.position().map_or(0, csv::Position::line);
                    Some(Ok((line, at.iter().map(|at| row.get(*at).map(str::to_owned)).collect())))
                }
                Err(error) => {
                    let line = error.position().map_or_else(|| reader.position().line(), csv::Position::line);
                    let last = matches!(error.kind(), csv::ErrorKind::Io(_));
                    let why = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("has {len} columns, not {expected_len}")
                        }
                        csv::ErrorKind::Utf8 { err, .. } => {
                            format!("column {} is not UTF-8", err.field() + 1)
                        }
                        csv::ErrorKind::Io(error) => error.to_string(),
                        _ => "is no CSV".to_owned(),
                    };
                    Some(Err(Broken { line, why, last }))
                }
            },
            Source::Jsonl { reader, line, text } => loop {
                text.clear();
                match reader.read_until(b'\n', text) {
                    Ok(0) => return None,
                    Ok(_) => *line += 1,
                    Err(error) => {
                        return Some(Err(Broken { line: *line + 1, why: error.to_string(), last: true }));
                    }
                }
                if text.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                return Some(match serde_json::from_slice::<Value>(text.trim_ascii_end()) {
                    Ok(value) if value.is_object() => {
                        let values = self.wanted.iter().map(|path| field(&value, path)).collect();
                        Ok((*line, values))
                    }
                    Ok(_) => Err(Broken { line: *line, why: "is no JSON object".into(), last: false }),
                    Err(error) => {
                        let why = format!("is no JSON, from byte {} on", error.column());
                        Err(Broken { line: *line, why, last: false })
                    }
                });
            },
        }
    }
}

/// A field, or one within another, as text.
fn field(value: &Value, path: &str) -> Option<String> {
    let direct = value.get(path);
    let found = direct.or_else(|| path.split('.').try_fold(value, |value, name| value.get(name)))?;
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(found.to_string()),
        _ => None,
    }
}

impl Iterator for Records {
    type Item = Result<Record, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        self.until.store(self.bytes() + LONGEST, Ordering::Relaxed);
        let next = self.next_values()?;
        self.number += 1;
        self.over = matches!(&next, Err(broken) if broken.last);
        let (number, columns) = (self.number, self.columns.clone());
        Some(next.map(|(line, values)| Record { line, number, columns, values }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Format, text: &[u8], wanted: &[&str]) -> Result<Vec<Result<String, String>>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let words = |next: Result<Record, Broken>| {
            let values = |record: Record| {
                let of = |column: &&str| record.value(column).unwrap_or("∅").to_owned();
                format!("{}: {}", record.line, wanted.iter().map(of).collect::<Vec<_>>().join("|"))
            };
            next.map(values).map_err(|broken| format!("{}: {}", broken.line, broken.why))
        };
        Ok(Records::open(file.path(), format, wanted)?.map(words).collect())
    }

    #[test]
    fn csv_with_quotes_line_breaks_and_broken_rows() {
        let text = b"\xef\xbb\xbfa,b,c\n1,\"x\ny\",3\n1,2\n4,\"\"\"q\",6\n\xff,2,3\n7,,9\n";
        let read = read(Format::Csv, text, &["a", "b"]).unwrap();
        let expected: [Result<_, &str>; 5] = [
            Ok("2: 1|x\ny"),
            Err("4: has 2 columns, not 3"),
            Ok("5: 4|\"q"),
            Err("6: column 1 is not UTF-8"),
            Ok("7: 7|"),
        ];
        assert_eq!(read, expected.map(|r| r.map(str::to_owned).map_err(str::to_owned)));
    }

    #[test]
    fn what_is_missing_or_never_ends_is_told() {
        let missing = read(Format::Csv, b"a,b\n1,2\n", &["a", "Login"]).unwrap_err();
        assert!(missing.ends_with("line 1: there is no column \"Login\""), "{missing}");
        let endless = [b"a,b\n1,2\n3,\"".as_slice(), &vec![b'x'; 3 << 20]].concat();
        let read = read(Format::Csv, &endless, &["a"]).unwrap();
        assert_eq!(read[0], Ok("2: 1".to_owned()));
        assert!(read[1].as_ref().unwrap_err().contains("longer than 1 MiB") && read.len() == 2, "{read:?}");
    }

    #[test]
    fn json_lines_with_fields_within_fields() {
        let text = b"{\"a\":1,\"b\":{\"c\":\"x\"},\"d.e\":true}\n\n[1]\n{\"a\":\n{\"b\":null}";
        let read = read(Format::Jsonl, text, &["a", "b.c", "d.e"]).unwrap();
        let expected: [Result<_, &str>; 4] = [
            Ok("1: 1|x|true"),
            Err("3: is no JSON object"),
            Err("4: is no JSON, from byte 5 on"),
            Ok("5: ∅|∅|∅"),
        ];
        assert_eq!(read, expected.map(|r| r.map(str::to_owned).map_err(str::to_owned)));
        let endless = read_endless();
        assert!(endless.contains("longer than 1 MiB"), "{endless}");
    }

    fn read_endless() -> String {
        let text = vec![b' '; 3 << 20];
        read(Format::Jsonl, &text, &["a"]).unwrap()[0].clone().unwrap_err()
    }
}
