//! Memory for hashes: taken from the system once, used again, and wiped in between.

use std::sync::{Mutex, PoisonError};

use memmap2::MmapMut;

use crate::kernel::Block;

/// As many memories as hashes ran at the same time.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Memory>>);

impl Pool {
    /// Lends a memory of `blocks` blocks, wiped afterwards.
    ///
    /// Only memories of `kept` blocks stay in the pool; others go back to the system.
    pub(crate) fn with<T>(
        &self,
        blocks: usize,
        kept: usize,
        work: impl FnOnce(&mut [Block]) -> T,
    ) -> std::io::Result<T> {
        let waiting = if blocks == kept { self.free().pop() } else { None };
        let mut memory = match waiting {
            Some(memory) => memory,
            None => Memory::new(blocks)?,
        };
        let result = work(memory.blocks());
        memory.wipe();
        if blocks == kept {
            self.free().push(memory);
        }
        Ok(result)
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pages straight from the system: aligned for vectors, and huge where the system has them,
/// since Argon2 jumps about in its memory.
struct Memory(MmapMut);

impl Memory {
    fn new(blocks: usize) -> std::io::Result<Self> {
        let map = MmapMut::map_anon(blocks * size_of::<Block>())?;
        // Only a hint: small pages work too.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self(map))
    }

    fn blocks(&mut self) -> &mut [Block] {
        bytemuck::cast_slice_mut(&mut self.0)
    }

    fn wipe(&mut self) {
        self.0.fill(0);
        // The pages go on to live, so the compiler may not leave the writes out; be sure.
        std::hint::black_box(&mut self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRTY: Block = [[7; 8]; 16];
    const CLEAN: Block = [[0; 8]; 16];

    #[test]
    fn memory_is_kept_and_wiped() {
        let pool = Pool::default();
        pool.with(8, 8, |blocks| blocks.fill(DIRTY)).unwrap();
        let mut free = pool.free();
        assert_eq!(free.len(), 1);
        assert!(free[0].blocks().iter().all(|block| *block == CLEAN));
    }

    #[test]
    fn memory_of_another_size_is_given_back() {
        let pool = Pool::default();
        assert_eq!(pool.with(16, 8, |blocks| blocks.len()).unwrap(), 16);
        assert!(pool.free().is_empty());
    }

    #[test]
    fn two_at_once_do_not_share() {
        let pool = Pool::default();
        pool.with(8, 8, |outer| {
            outer.fill(DIRTY);
            pool.with(8, 8, |inner| inner.fill(CLEAN)).unwrap();
            assert!(outer.iter().all(|block| *block == DIRTY));
        })
        .unwrap();
        assert_eq!(pool.free().len(), 2);
    }
}
