//! Sign-ins that another system performed, as it reports them or as its old records have them.
//!
//! Stream `observed-<uuid>`: one user of that system, under a name that tells neither system nor user. It is no
//! account: nobody signs in here with it, and nothing is decided on it but whether a report is new.

use crate::aggregate::{Aggregate, events};
use crate::detection::Factor;
use crate::{ClientContext, Timestamp};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// How a sign-in elsewhere ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The person is in.
    Success,
    /// The password was wrong.
    WrongPassword,
    /// Nobody has this identifier there.
    UnknownUser,
    /// A code or signature was wrong.
    WrongFactor,
    /// The person said no to a prompt.
    FactorDenied,
    /// Nobody answered a prompt.
    FactorTimedOut,
    /// The credentials were right, but the account may not sign in.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::WrongPassword,
        Self::UnknownUser,
        Self::WrongFactor,
        Self::FactorDenied,
        Self::FactorTimedOut,
        Self::Refused,
    ];

    /// As written in API, events and mappings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::WrongPassword => "wrong_password",
            Self::UnknownUser => "unknown_user",
            Self::WrongFactor => "wrong_factor",
            Self::FactorDenied => "factor_denied",
            Self::FactorTimedOut => "factor_timed_out",
            Self::Refused => "refused",
        }
    }

    /// Whether it makes no sense without a second factor.
    pub const fn needs_factor(self) -> bool {
        matches!(self, Self::WrongFactor | Self::FactorDenied | Self::FactorTimedOut)
    }
}

impl FromStr for Outcome {
    type Err = ReportRejection;

    fn from_str(text: &str) -> Result<Self, ReportRejection> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(ReportRejection::Outcome)
    }
}

/// A second factor as API, events and mappings write it.
///
/// # Errors
/// `Factor` when there is none of that name.
pub fn factor(text: &str) -> Result<Factor, ReportRejection> {
    match text {
        "totp" => Ok(Factor::Totp),
        "recovery_code" => Ok(Factor::RecoveryCode),
        "sms" => Ok(Factor::Sms),
        "push" => Ok(Factor::Push),
        "passkey" => Ok(Factor::Passkey),
        _ => Err(ReportRejection::Factor),
    }
}

/// A sign-in as it is reported.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The reporter's name for it: with it, a report sent twice is recorded once.
    pub id: String,
    /// Which system the user is one of, such as `web-shop`.
    pub system: String,
    /// The system's name for the user; for `unknown_user`, what was typed.
    pub user: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The second factor that it ended with, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Factor>,
    /// When it happened, by the system's clock. When it was recorded here stands in the envelope.
    pub happened_at: Timestamp,
    /// From where.
    pub context: ClientContext,
    /// The system's name for the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// The system's name for the session that it opened or happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_name: Option<String>,
    /// Taken from old records: detectors learn from it, and nobody is told or locked because of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Report(…)")
    }
}

events! {
    /// An event of a stream of reported sign-ins.
    pub enum ObservedEvent {
        /// Another system says that this happened.
        "sign_in.observed" v 1 => SignIn {
            /// What.
            #[serde(flatten)]
            report: Box<Report>,
        },
        /// The person's key is due to be destroyed; the last event of the stream.
        "personal_data.erased" v 1 => PersonalDataErased,
    }
}

/// Most characters of a name that the other system gives: of a user, a device, a session, a report.
pub const LONGEST_NAME: usize = 256;
/// Most characters of a system's name.
pub const LONGEST_SYSTEM: usize = 64;

/// Why a report is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportRejection {
    /// A name is empty, too long, or has control characters.
    #[error("{0}: 1 to {1} characters, none of them a control character")]
    Name(&'static str, usize),
    /// No such outcome.
    #[error(
        "outcome: success, wrong_password, unknown_user, wrong_factor, factor_denied, factor_timed_out or refused"
    )]
    Outcome,
    /// No such factor.
    #[error("factor: totp, recovery_code, sms, push or passkey")]
    Factor,
    /// An outcome of a second factor without one.
    #[error("factor: this outcome needs one")]
    FactorMissing,
    /// Later than the clock here allows.
    #[error("at: lies in the future")]
    Ahead,
    /// Too old to be news.
    #[error("at: too long ago; import old records instead")]
    Late,
    /// The same id was reported with other content.
    #[error("id: was used for another report about this user")]
    IdReused,
    /// The person was erased here.
    #[error("this user was erased")]
    Erased,
}

impl ReportRejection {
    /// A name that never changes its meaning.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Name(..) => "name-malformed",
            Self::Outcome => "outcome-unknown",
            Self::Factor => "factor-unknown",
            Self::FactorMissing => "factor-missing",
            Self::Ahead => "in-the-future",
            Self::Late => "too-late",
            Self::IdReused => "id-reused",
            Self::Erased => "erased",
        }
    }
}

/// When a report is news.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObservationPolicy {
    /// Seconds by which another system's clock may be ahead. Default 300.
    pub ahead_seconds: u32,
    /// Seconds after which a report is too late. Default 604,800, seven days.
    pub late_seconds: u32,
}

impl Default for ObservationPolicy {
    fn default() -> Self {
        Self { ahead_seconds: 300, late_seconds: 604_800 }
    }
}

impl Report {
    /// Looks at everything but the time.
    ///
    /// # Errors
    /// `Name`, `FactorMissing`.
    pub fn check(&self) -> Result<(), ReportRejection> {
        let name = |field, text: &str, most| {
            let sound =
                !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
            if sound { Ok(()) } else { Err(ReportRejection::Name(field, most)) }
        };
        name("system", &self.system, LONGEST_SYSTEM)?;
        name("id", &self.id, LONGEST_NAME)?;
        name("user_id", &self.user, LONGEST_NAME)?;
        self.device_name.iter().try_for_each(|text| name("device_id", text, LONGEST_NAME))?;
        self.session_name.iter().try_for_each(|text| name("session_id", text, LONGEST_NAME))?;
        if self.outcome.needs_factor() && self.factor.is_none() {
            return Err(ReportRejection::FactorMissing);
        }
        Ok(())
    }

    /// Whether the time is one that a report of `now` can have.
    ///
    /// # Errors
    /// `Ahead`, `Late`.
    pub fn check_time(&self, now: Timestamp, policy: &ObservationPolicy) -> Result<(), ReportRejection> {
        if self.happened_at.since(now) > crate::policy::seconds(policy.ahead_seconds) {
            return Err(ReportRejection::Ahead);
        }
        if now.since(self.happened_at) > crate::policy::seconds(policy.late_seconds) {
            return Err(ReportRejection::Late);
        }
        Ok(())
    }

    /// Whether the reporter said the same. What was looked up here may differ: databases change.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |report: &Self| Self {
            context: ClientContext {
                address: report.context.address.clone(),
                user_agent: report.context.user_agent.clone(),
                ..ClientContext::default()
            },
            ..report.clone()
        };
        said(self) == said(other)
    }
}

/// One user of another system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Reports about them.
    pub reports: u64,
    /// Nothing more is taken.
    pub erased: bool,
}

impl Aggregate for Observed {
    type Event = ObservedEvent;
    const CATEGORY: &'static str = "observed";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &ObservedEvent, _at: Timestamp) {
        match event {
            ObservedEvent::SignIn { .. } => self.reports += 1,
            ObservedEvent::PersonalDataErased => *self = Self { erased: true, reports: 0 },
        }
    }
}

impl Observed {
    /// Takes a report; that it is not there yet is the log's to know, by its id.
    ///
    /// # Errors
    /// `Erased`.
    pub fn report(&self, report: &Report) -> Result<Vec<ObservedEvent>, ReportRejection> {
        if self.erased {
            return Err(ReportRejection::Erased);
        }
        Ok(vec![ObservedEvent::SignIn { report: Box::new(report.clone()) }])
    }

    /// Erases the person. `None` when there is nobody.
    pub fn erase(&self) -> Option<Vec<ObservedEvent>> {
        (self.reports > 0 && !self.erased).then(|| vec![ObservedEvent::PersonalDataErased])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(at: i64) -> Report {
        Report {
            id: "r1".into(),
            system: "shop".into(),
            user: "42".into(),
            outcome: Outcome::Success,
            factor: None,
            happened_at: Timestamp::from_micros(at * 1_000_000),
            context: ClientContext::default(),
            device_name: None,
            session_name: None,
            imported: false,
        }
    }

    #[test]
    fn names_are_bounded_and_factors_named() {
        assert_eq!(report(0).check(), Ok(()));
        let with = |change: fn(&mut Report)| {
            let mut report = report(0);
            change(&mut report);
            report.check().map_err(ReportRejection::slug)
        };
        assert_eq!(with(|r| r.user = String::new()), Err("name-malformed"));
        assert_eq!(with(|r| r.user = "x".repeat(257)), Err("name-malformed"));
        assert_eq!(with(|r| r.system = "a\u{7}".into()), Err("name-malformed"));
        assert_eq!(with(|r| r.device_name = Some(String::new())), Err("name-malformed"));
        assert_eq!(with(|r| r.outcome = Outcome::WrongFactor), Err("factor-missing"));
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{}\"", outcome.as_str()));
        }
        for name in ["totp", "recovery_code", "sms", "push", "passkey"] {
            assert_eq!(serde_json::to_string(&factor(name).unwrap()).unwrap(), format!("\"{name}\""));
        }
    }

    #[test]
    fn a_report_is_neither_of_tomorrow_nor_of_last_year() {
        let policy = ObservationPolicy::default();
        let now = Timestamp::from_micros(10_000_000 * 1_000_000);
        let checked = |at| report(at).check_time(now, &policy);
        assert_eq!(checked(10_000_300), Ok(()));
        assert_eq!(checked(10_000_301), Err(ReportRejection::Ahead));
        assert_eq!(checked(10_000_000 - 604_800), Ok(()));
        assert_eq!(checked(10_000_000 - 604_801), Err(ReportRejection::Late));
    }

    #[test]
    fn the_erased_stay_erased() {
        let mut user = Observed::default();
        let at = Timestamp::default();
        assert_eq!(user.erase(), None);
        for event in user.report(&report(0)).unwrap() {
            user.evolve(&event, at);
        }
        for event in user.erase().unwrap() {
            user.evolve(&event, at);
        }
        assert_eq!((user.erase(), user.report(&report(0))), (None, Err(ReportRejection::Erased)));
    }

    #[test]
    fn what_was_looked_up_is_not_what_was_said() {
        let mut other = report(0);
        other.context.place = Some("Lisbon, Portugal".into());
        assert!(report(0).says_the_same(&other));
        other.context.user_agent = "x".into();
        assert!(!report(0).says_the_same(&other));
    }
}
