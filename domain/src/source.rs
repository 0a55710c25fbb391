//! Records of attempts that concern no account: refused ones, and ones on identifiers nobody has.
//! Stream `source-<hmac>-<day>`, keyed by the client's address or by the identifier.

use crate::aggregate::{Aggregate, events};
use crate::guess::{Admission, GuessCounter};
use crate::policy::GuessPolicy;
use crate::{AttemptId, ClientContext, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The subject whose key seals what sources did on one day: destroying it forgets that day's sources.
pub fn subject_of_day(day: &str) -> SubjectId {
    SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("watchbook:source-day:{day}").as_bytes()))
}

events! {
    /// An event of a source stream.
    pub enum SourceEvent {
        /// A guess at an identifier that nobody has was reserved.
        "attempt.unknown_identifier" v 1 => UnknownIdentifier {
            /// This attempt.
            attempt: AttemptId,
            /// Where the request came from.
            context: ClientContext,
        },
        /// That guess was answered as every wrong one is.
        "attempt.rejected" v 1 => Rejected {
            /// The attempt that has ended.
            attempt: AttemptId,
        },
        /// A mail was asked for that is not due: nobody has the identifier, or one was sent a moment ago.
        "attempt.mail_declined" v 1 => MailDeclined {
            /// Where the request came from.
            context: ClientContext,
        },
        /// Requests from this source were refused.
        "attempt.refused" v 1 => Refused {
            /// How many today, this one included. Only the 1st, 2nd, 4th, 8th … is recorded, so that the
            /// record does not grow with an attacker's effort.
            count: u64,
            /// What was refused, such as `sign_in`.
            action: String,
            /// Where the request came from.
            context: ClientContext,
        },
    }
}

/// One source on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    guesses: GuessCounter,
    /// Requests refused, as far as recorded.
    pub refused: u64,
}

impl Aggregate for Source {
    type Event = SourceEvent;
    const CATEGORY: &'static str = "source";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &SourceEvent, at: Timestamp) {
        match event {
            SourceEvent::UnknownIdentifier { attempt, context: _ } => self.guesses.start(*attempt, at),
            SourceEvent::Rejected { attempt } => self.guesses.fail(*attempt, at),
            SourceEvent::MailDeclined { context: _ } => {}
            SourceEvent::Refused { count, .. } => self.refused = *count,
        }
    }
}

/// Reserves a guess at an identifier that nobody has, with the budget that an account would give.
#[derive(Clone, Debug)]
pub struct StartUnknown {
    /// The new attempt.
    pub attempt: AttemptId,
    /// The identifier's counter at the end of the day before: midnight must not tell unknown
    /// identifiers from known ones.
    pub yesterday: Option<Source>,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl StartUnknown {
    /// # Errors
    /// The admission, unless it is to proceed.
    pub fn decide(&self, source: &Source, policy: &GuessPolicy) -> Result<Vec<SourceEvent>, Admission> {
        let untouched = *source == Source::default();
        let counter = match &self.yesterday {
            Some(yesterday) if untouched => &yesterday.guesses,
            _ => &source.guesses,
        };
        match counter.admit(policy, self.now) {
            Admission::Proceed => Ok(vec![SourceEvent::UnknownIdentifier {
                attempt: self.attempt,
                context: self.context.clone(),
            }]),
            refused => Err(refused),
        }
    }
}
