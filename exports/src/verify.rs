//! Checks an export with the log's public key alone: no database, no key file, no network.

use crate::entries::{Entries, Hashes};
use crate::folder::{ENTRIES, HEAD, MANIFEST, PROOF, SIGNATURE};
use crate::manifest::{FileDigest, Manifest, VERSION, signed_text};
use crate::record::Record;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;
use watchbook_proofs::{HeadKey, JointError, TreeHead, joint_root};

/// Of a manifest, a head or a signature.
const LARGEST_TEXT: u64 = 16 << 20;
/// Of a line.
const LONGEST_LINE: u64 = 256 << 20;

/// An export that is what it says.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was asked for, and what came of it.
    pub manifest: Manifest,
    /// The head that all its events lead to.
    pub head: TreeHead,
    /// Whether it also shows that nothing is missing: it has every event that the head covers.
    pub complete: bool,
}

/// What is wrong with an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The manifest is not what was signed.
    #[error("the manifest was not signed with this key, or was changed")]
    Manifest,
    /// Written by a newer program, or by none.
    #[error("the manifest is not readable by this program")]
    Unreadable,
    /// A file is not what the manifest says.
    #[error("{0} is not the file that was signed for")]
    File(String),
    /// The head is not signed, or of another size.
    #[error("the tree head is not signed with this key, or is not the one of the manifest")]
    Head,
    /// The entries are not in the tree.
    #[error("the events do not lead to the signed tree head")]
    Proof,
    /// A line says something else than the log.
    #[error("line {0} does not say what the log says")]
    Line(u64),
    /// An event that was not asked for.
    #[error("line {0} was not asked for")]
    Uncalled(u64),
    /// Lines and entries differ in number, or from the manifest.
    #[error("there are {lines} events, {entries} entries, and the manifest says {stated}")]
    Count {
        /// Lines.
        lines: u64,
        /// Entries.
        entries: u64,
        /// In the manifest.
        stated: u64,
    },
}

/// Why an export was not found to be right.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It cannot be read.
    #[error("the export cannot be read")]
    Files(#[from] io::Error),
}

/// Checks the export in `folder`. `tell` is told the number of lines checked, now and then.
///
/// # Errors
/// The first [`Fault`] found, or that files cannot be read.
pub fn verify(folder: &Path, key: &HeadKey, mut tell: impl FnMut(u64)) -> Result<Verified, VerifyError> {
    let text = read(folder, MANIFEST)?;
    let signature = String::from_utf8(read(folder, SIGNATURE)?).map_err(|_| Fault::Manifest)?;
    if key.open_export(&signature) != Ok(&signed_text(&text)) {
        return Err(Fault::Manifest.into());
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| Fault::Unreadable)?;
    let names = [manifest.format.file(), ENTRIES, PROOF, HEAD];
    if manifest.version != VERSION || !manifest.files.iter().map(|file| file.name.as_str()).eq(names) {
        return Err(Fault::Unreadable.into());
    }
    for file in &manifest.files {
        if FileDigest::of(folder, &file.name)? != *file {
            return Err(Fault::File(file.name.clone()).into());
        }
    }
    let head = String::from_utf8(read(folder, HEAD)?).map_err(|_| Fault::Head)?;
    let head = key.open(&head).map_err(|_| Fault::Head)?;
    if head.size != manifest.log_size {
        return Err(Fault::Head.into());
    }
    let entries = Entries::open(&folder.join(ENTRIES))?;
    let leaves = entries.map(|entry| entry.map(|(entry, leaf)| (entry.index, leaf)));
    let root = joint_root(head.size, leaves, Hashes::open(&folder.join(PROOF))?);
    match root {
        Ok(root) if root == head.root => {}
        Ok(_) | Err(JointError::Order(_) | JointError::Length) => return Err(Fault::Proof.into()),
        Err(JointError::Source(error)) => return Err(error.into()),
    }
    lines(folder, &manifest, &mut tell)?;
    let complete = manifest.selection.is_everything() && manifest.events == head.size;
    Ok(Verified { manifest, head, complete })
}

/// Writes every line again, from its entry and from what it carries beside it, and compares.
fn lines(folder: &Path, manifest: &Manifest, tell: &mut impl FnMut(u64)) -> Result<(), VerifyError> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(folder.join(manifest.format.file()))?);
    let mut header = vec![0; manifest.format.header().len()];
    file.read_exact(&mut header)?;
    if header != manifest.format.header().as_bytes() {
        return Err(Fault::Line(0).into());
    }
    let mut entries = Entries::open(&folder.join(ENTRIES))?;
    let (mut count, mut erased) = (0, 0);
    let (mut line, mut again) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        let entry = entries.next().transpose()?;
        let (Some((entry, _)), false) = (&entry, line.is_empty()) else {
            let missing = entry.is_some();
            let further = entries.count() as u64 + u64::from(missing);
            let lines = count + u64::from(!line.is_empty());
            let right = !missing && line.is_empty() && count == manifest.events && erased == manifest.erased;
            let fault = Fault::Count { lines, entries: count + further, stated: manifest.events };
            return if right { Ok(()) } else { Err(fault.into()) };
        };
        count += 1;
        if !manifest.selection.takes(&entry.event) {
            return Err(Fault::Uncalled(count).into());
        }
        again.clear();
        let text = std::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix('\n'));
        let written = text.and_then(|text| {
            manifest.format.read(text, |carried| {
                manifest.format.write(&Record { entry, carried }, &mut again);
                carried.erased
            })
        });
        match written {
            Some(gone) if again == line => erased += u64::from(gone),
            _ => return Err(Fault::Line(count).into()),
        }
        if count.is_multiple_of(10_000) {
            tell(count);
        }
    }
}

fn read(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(folder.join(name))?.take(LARGEST_TEXT).read_to_end(&mut bytes)?;
    Ok(bytes)
}
