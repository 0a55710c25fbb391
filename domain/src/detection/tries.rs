//! Tries of one source within some time, counted as they come and go: what campaigns are told by.

use super::finding::MOST_NAMED;
use super::observation::Target;
use super::window::Window;
use crate::{AccountId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tries of one source that are looked at, at most.
const MOST: usize = 512;

/// How a try ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// The password was wrong.
    Failed,
    /// A whole sign-in.
    Succeeded {
        /// Whether the device is the account's own, or a strong factor was proved.
        known: bool,
    },
    /// The password was right, the account is not to be signed in to.
    Refused,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Try {
    pub(super) position: u64,
    pub(super) target: Target,
    pub(super) end: End,
}

/// Tries of one source, and counts of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tries {
    window: Window<Try>,
    /// Tries of each target. Pairs, since JSON has no such keys.
    #[serde(with = "pairs")]
    targets: BTreeMap<Target, u32>,
    /// Targets with at most `few` tries.
    tried_little: u32,
    failed: u32,
    succeeded: u32,
}

impl Tries {
    /// Adds a try; `few` is the number of tries of a target that counts.
    pub(super) fn add(&mut self, at: Timestamp, new: Try, few: u32, span: TimeDelta, least: u32) {
        let (targets, little) = (&mut self.targets, &mut self.tried_little);
        let (failed, succeeded) = (&mut self.failed, &mut self.succeeded);
        count(new.end, failed, succeeded, 1);
        let tries = targets.entry(new.target).or_default();
        *tries += 1;
        if *tries == 1 && few > 0 {
            *little += 1;
        } else if *tries == few + 1 {
            *little -= 1;
        }
        self.window.push(at, new, span, MOST.max(least as usize), |gone| {
            count(gone.end, failed, succeeded, -1);
            if let Some(tries) = targets.get_mut(&gone.target) {
                *tries -= 1;
                if *tries == 0 {
                    targets.remove(&gone.target);
                    *little -= u32::from(few > 0);
                } else if *tries == few {
                    *little += 1;
                }
            }
        });
    }

    /// Targets that were tried, but not too often.
    pub(super) const fn tried_little(&self) -> u32 {
        self.tried_little
    }

    /// Wrong passwords.
    pub(super) const fn failed(&self) -> u32 {
        self.failed
    }

    /// Wrong passwords among all tries.
    pub(super) fn failing_share(&self) -> f64 {
        f64::from(self.failed) / (self.window.len().max(1) as f64)
    }

    /// Sign-ins among all tries.
    pub(super) fn success_share(&self) -> f64 {
        f64::from(self.succeeded) / (self.window.len().max(1) as f64)
    }

    /// From the first to the last.
    pub(super) fn length(&self) -> TimeDelta {
        self.window.length()
    }

    /// Positions of all tries.
    pub(super) fn positions(&self) -> impl Iterator<Item = u64> {
        self.window.iter().map(|(_, tried)| tried.position)
    }

    /// Accounts tried, the latest.
    pub(super) fn accounts(&self) -> Vec<AccountId> {
        let mut accounts = Vec::new();
        for (_, tried) in self.window.iter().rev() {
            let Target::Account(account) = tried.target else { continue };
            if !accounts.contains(&account) {
                accounts.push(account);
                if accounts.len() == MOST_NAMED {
                    break;
                }
            }
        }
        accounts.sort_unstable();
        accounts
    }

    /// Sign-ins on devices that are not the account's own: what the campaign may have had before it was seen.
    pub(super) fn hits(&self) -> impl Iterator<Item = (Timestamp, &Try)> {
        self.window.iter().filter(|(_, tried)| tried.end == End::Succeeded { known: false })
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.window.len() + self.targets.len()
    }
}

fn count(end: End, failed: &mut u32, succeeded: &mut u32, by: i32) {
    let counter = match end {
        End::Failed => failed,
        End::Succeeded { .. } => succeeded,
        End::Refused => return,
    };
    *counter = counter.saturating_add_signed(by);
}

mod pairs {
    use super::{BTreeMap, Target};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Target, u32>, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Target, u32>, D::Error> {
        Ok(Vec::<(Target, u32)>::deserialize(d)?.into_iter().collect())
    }
}
