//! The rules that every event log, vault and snapshot store must keep, one function per rule.
//!
//! An adapter implements [`Factory`] in its tests and hands it to [`conformance!`], which makes one test
//! of each rule. The rules take positions for opaque, tell their own streams from others, and so run
//! against a shared server as well as against a file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is a test suite: a broken rule ends the test that found it"
)]

pub mod appending;
pub mod concurrency;
pub mod copying;
pub mod ids;
pub mod kit;
pub mod reading;
pub mod snapshots;
pub mod vault;

use std::sync::Arc;
use watchbook_eventlog::{EventLog, Snapshots, Vault};

/// One handle on a store under test.
#[derive(Clone)]
pub struct Stores {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The vault beside it.
    pub vault: Arc<dyn Vault>,
    /// The snapshots beside it.
    pub snapshots: Arc<dyn Snapshots>,
}

impl Stores {
    /// Of an adapter that is all three at once.
    pub fn of<A: EventLog + Vault + Snapshots>(all: Arc<A>) -> Self {
        Self { log: all.clone(), vault: all.clone(), snapshots: all }
    }
}

/// Makes the stores that rules are tried on; there is a fresh factory for each rule.
pub trait Factory: Send + Sync {
    /// A store of its own, empty or shared only with other tests.
    fn create(&self) -> impl Future<Output = Stores> + Send;

    /// Another handle on the store that `create` made, as another process would have it: sharing
    /// nothing in memory. `None` where there can be no such thing.
    fn second(&self) -> impl Future<Output = Option<Stores>> + Send;

    /// Why the rules cannot be tried, such as a server that is not there: the tests then say so and pass.
    fn absent(&self) -> Option<&'static str> {
        None
    }
}

/// Whether to leave a test out; says so if it is.
pub fn leaves_out(factory: &impl Factory, rule: &str) -> bool {
    let absent = factory.absent();
    if let Some(why) = absent {
        #[expect(clippy::print_stderr, reason = "a test that was not run must show")]
        {
            eprintln!("not tried: {rule}: {why}");
        }
    }
    absent.is_some()
}

/// Makes one test of each rule for the factory that the expression evaluates to, once per test.
///
/// `only log:` before the expression is for a store that is a log and nothing else, without an index of event ids
/// over all streams: it leaves out the rules of the vault and the snapshots, and the one that needs such an index.
#[macro_export]
macro_rules! conformance {
    (only log: $factory:expr) => {
        fn conformance_factory() -> impl $crate::Factory {
            $factory
        }

        $crate::conformance! { @log }
    };
    ($factory:expr) => {
        fn conformance_factory() -> impl $crate::Factory {
            $factory
        }

        $crate::conformance! { @log }
        $crate::conformance! { @rules
            ids: an_event_id_taken_elsewhere_is_corrupt;
            vault: a_key_is_created_once, a_destroyed_key_stays_destroyed, a_rewrapped_key_replaces,
                keys_in_bulk_and_in_order, a_secret_is_overwritten_and_removed,
                secrets_are_told_apart_by_name, secrets_are_listed_in_order,
                destruction_takes_the_secrets, the_other_handle_sees_the_vault;
            snapshots: a_later_snapshot_wins, an_earlier_snapshot_is_ignored, snapshots_are_apart;
        }
    };
    (@log) => {
        $crate::conformance! { @rules
            appending: order_within_a_stream, order_across_streams, no_stream_conflict_tells_the_version,
                exact_conflict_tells_the_version, a_conflict_appends_nothing, a_replay_appends_nothing,
                a_replay_may_expect_a_stale_version, metadata_round_trips, payloads_from_empty_to_a_mebibyte;
            reading: stream_limits_and_paging, log_limits_and_paging, changes_are_the_log_without_content,
                a_stream_is_not_its_prefix, head_is_the_last_position, wait_wakes_up, wait_ends_by_itself;
            copying: recorded_events_keep_order_place_and_content, recorded_events_can_be_sent_again,
                what_does_not_fit_ends_the_copying, an_event_in_another_place_is_corrupt;
            concurrency: row_45_no_reader_misses_or_reorders_an_event, one_of_many_wins_a_version,
                one_command_in_parallel_is_one_append, two_handles_keep_the_same_promises,
                two_handles_race_for_a_version, cancelled_appends_leave_the_log_sound;
        }
    };
    (@rules $($module:ident: $($rule:ident),* $(,)?;)*) => {$(
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    let factory = super::conformance_factory();
                    if !$crate::leaves_out(&factory, stringify!($rule)) {
                        $crate::$module::$rule(&factory).await;
                    }
                }
            )*
        }
    )*};
}
