//! A map that never holds more than it may: what was used longest ago makes room.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// At most `capacity` entries, in the order of their last use. Equal histories of use give equal maps.
#[derive(Clone, Debug)]
pub struct Bounded<K, V> {
    capacity: usize,
    uses: u64,
    entries: HashMap<K, (u64, V)>,
    /// Uses in order; an entry's last use is the one that its stamp names, the others are stale.
    order: VecDeque<(u64, K)>,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    /// Empty, for at most `capacity` entries, at least one.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), uses: 0, entries: HashMap::new(), order: VecDeque::new() }
    }

    /// Entries now.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Looks, which is no use.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// Changes, which is no use either.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|(_, value)| value)
    }

    /// Keeps those entries that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.entries.retain(|key, (_, value)| keep(key, value));
    }

    /// Puts an entry in, or another in its place.
    pub fn insert(&mut self, key: K, value: V) {
        self.make_room_for(&key);
        self.used(&key);
        self.entries.insert(key, (self.uses, value));
    }

    /// Uses an entry, which is made when it is not there.
    pub fn use_or(&mut self, key: &K, new: impl FnOnce() -> V) -> &mut V {
        self.make_room_for(key);
        self.used(key);
        let stamp = self.uses;
        let (used, value) = self.entries.entry(key.clone()).or_insert_with(|| (stamp, new()));
        *used = stamp;
        value
    }

    fn used(&mut self, key: &K) {
        self.uses += 1;
        self.order.push_back((self.uses, key.clone()));
        if self.order.len() > 2 * self.entries.len() + 64 {
            let entries = &self.entries;
            let last = self.uses;
            self.order.retain(|(stamp, key)| {
                *stamp == last || entries.get(key).is_some_and(|(used, _)| used == stamp)
            });
        }
    }

    fn make_room_for(&mut self, key: &K) {
        while self.entries.len() >= self.capacity && !self.entries.contains_key(key) {
            let Some((stamp, oldest)) = self.order.pop_front() else { return };
            if self.entries.get(&oldest).is_some_and(|(used, _)| *used == stamp) {
                self.entries.remove(&oldest);
            }
        }
    }

    /// Entries, the one unused for longest first.
    pub fn in_order(&self) -> impl Iterator<Item = (&K, &V)> {
        self.order.iter().filter_map(|(stamp, key)| {
            let (used, value) = self.entries.get(key)?;
            (used == stamp).then_some((key, value))
        })
    }
}

impl<K: Clone + Eq + Hash + Serialize, V: Serialize> Serialize for Bounded<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.capacity, self.in_order().collect::<Vec<_>>()).serialize(serializer)
    }
}

impl<'de, K: Clone + Eq + Hash + DeserializeOwned, V: DeserializeOwned> Deserialize<'de> for Bounded<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (capacity, entries) = <(usize, Vec<(K, V)>)>::deserialize(deserializer)?;
        let mut bounded = Self::new(capacity);
        for (key, value) in entries {
            bounded.insert(key, value);
        }
        Ok(bounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bounded: &Bounded<u32, u32>) -> Vec<u32> {
        bounded.in_order().map(|(key, _)| *key).collect()
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut bounded = Bounded::new(3);
        for key in [1, 2, 3] {
            bounded.insert(key, 0);
        }
        *bounded.use_or(&1, || 9) += 1;
        bounded.insert(4, 0);
        assert_eq!(keys(&bounded), [3, 1, 4]);
        assert_eq!((bounded.get(&1), bounded.get(&2)), (Some(&1), None));
        bounded.remove(&1);
        bounded.insert(1, 5);
        assert_eq!(keys(&bounded), [3, 4, 1]);
    }

    #[test]
    fn it_stays_small_however_often_it_is_used() {
        let mut bounded = Bounded::new(4);
        for n in 0..10_000_u32 {
            *bounded.use_or(&(n % 7), || 0) += 1;
            bounded.use_or(&1, || 0);
        }
        assert_eq!(bounded.len(), 4);
        assert!(bounded.order.len() <= 2 * bounded.len() + 66);
        let copy: Bounded<u32, u32> =
            serde_json::from_str(&serde_json::to_string(&bounded).unwrap()).unwrap();
        assert_eq!(keys(&copy), keys(&bounded));
    }
}
