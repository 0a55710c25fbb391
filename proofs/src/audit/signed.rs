//! All heads that are left, checked.

use super::{AuditError, Fault, MOST};
use crate::head::{HeadKey, TreeHead};
use crate::heads::Heads;

/// Heads of all files, by size, each once.
#[derive(Default)]
pub(super) struct Signed {
    pub(super) heads: Vec<TreeHead>,
    pub(super) faults: Vec<Fault>,
}

impl Signed {
    pub(super) fn collect(key: &HeadKey, files: &[Heads]) -> Result<Self, AuditError> {
        let mut signed = Self::default();
        for file in files {
            let mut number = 0;
            file.each(|note| {
                number += 1;
                match key.open(&note) {
                    Ok(head) => signed.heads.push(head),
                    // A crash leaves half a note at the end: nobody was told of it.
                    Err(_) if !note.ends_with('\n') => {}
                    Err(error) if signed.faults.len() < MOST => {
                        signed.faults.push(Fault::BadHead { file: file.path().to_owned(), number, error });
                    }
                    Err(_) => {}
                }
            })?;
        }
        signed.heads.sort_unstable();
        signed.heads.dedup();
        Ok(signed)
    }
}
