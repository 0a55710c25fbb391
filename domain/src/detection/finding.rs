//! What a detector says: which, how bad, about whom, and why.

use super::observation::{Factor, Observation, Prefix};
use crate::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! detectors {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $technique:literal, $field:ident;)*) => {
        /// Which detector.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Detector {$(
            $(#[$doc])*
            #[serde(rename = $name)]
            $variant,
        )*}

        impl Detector {
            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As it is written everywhere.
            pub const fn name(self) -> &'static str {
                match self {$(Self::$variant => $name,)*}
            }

            /// The technique of MITRE ATT&CK (Enterprise and Mobile) that it looks for.
            pub const fn technique(self) -> &'static str {
                match self {$(Self::$variant => $technique,)*}
            }

            /// What it looks at.
            pub const fn field(self) -> Field {
                match self {$(Self::$variant => Field::$field,)*}
            }
        }
    };
}

/// What a detector looks at. Two detectors of one field repeat each other; of two fields, they agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// Guesses at passwords.
    Guesses,
    /// Device, place and time of a success.
    Context,
    /// Second factors.
    Factors,
    /// Ways back in, and changes of credentials.
    Recovery,
    /// Sessions after the sign-in.
    Sessions,
}

detectors! {
    /// Guessing at one account.
    BruteForce = "brute_force", "T1110.001", Guesses;
    /// Guessing at one account from many addresses.
    DistributedBruteForce = "distributed_brute_force", "T1110.001", Guesses;
    /// Stolen pairs of identifier and password, tried from one address.
    CredentialStuffing = "credential_stuffing", "T1110.004", Guesses;
    /// A few passwords, tried on many accounts.
    PasswordSpraying = "password_spraying", "T1110.003", Guesses;
    /// A success that a campaign may have had.
    SuccessAfterCampaign = "success_after_campaign", "T1078", Guesses;
    /// Two places too far apart.
    ImpossibleTravel = "impossible_travel", "T1078", Context;
    /// A new device in a new country or network.
    UnfamiliarContext = "unfamiliar_context", "T1078", Context;
    /// Prompts until somebody says yes.
    FactorFatigue = "factor_fatigue", "T1621", Factors;
    /// Guessing at codes.
    CodeGuessing = "code_guessing", "T1110.001", Factors;
    /// Recovery as the way in.
    RecoveryAbuse = "recovery_abuse", "T1556.006", Recovery;
    /// A new device, and then the account's ways back in change.
    TakeoverSequence = "takeover_sequence", "T1098.005", Recovery;
    /// A phone number that may be in other hands.
    SimSwap = "sim_swap", "T1451", Factors;
    /// A session that goes on elsewhere.
    SessionHijack = "session_hijack", "T1539", Sessions;
    /// An account that nobody used.
    DormantAccount = "dormant_account", "T1078", Context;
    /// How unlikely a sign-in is.
    RiskScore = "risk_score", "T1078", Context;
}

impl std::fmt::Display for Detector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad it is if it is true.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For the record.
    Low,
    /// The owner should know.
    Medium,
    /// Somebody else may be in.
    High,
}

/// How likely it is to be true.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Rare, but mostly innocent.
    Low,
    /// Innocent explanations exist.
    Medium,
    /// Hardly anything else explains it.
    High,
}

/// Kinds of evidence that alone corroborate a takeover, so that a lock may follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corroboration {
    /// A success after a campaign, on a new device.
    CampaignThenNewDevice,
    /// A second factor accepted after a storm of prompts.
    AcceptedAfterStorm,
    /// A new device, and then the account's ways back in changed.
    Takeover,
}

/// One piece of evidence, as values. [`Display`](std::fmt::Display) gives the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// So many of something.
    Count {
        /// How many.
        n: u64,
        /// Of what, such as `failures`.
        of: String,
    },
    /// All of it within so long.
    Within {
        /// Seconds.
        seconds: i64,
    },
    /// A share of tries that failed.
    Failing {
        /// Between 0 and 1.
        share: f64,
    },
    /// From one place to another.
    Travel {
        /// At least so many kilometres.
        km: f64,
        /// In so many seconds.
        seconds: i64,
        /// Kilometres an hour.
        km_per_hour: f64,
    },
    /// Something is new, such as `device` or `country`.
    NeverSeen {
        /// What.
        what: String,
    },
    /// Something took another value, such as `network` or `browser`.
    Changed {
        /// What.
        what: String,
    },
    /// Nothing for so long.
    Idle {
        /// Days.
        days: i64,
    },
    /// So long after something.
    After {
        /// What.
        what: String,
        /// Seconds.
        seconds: i64,
    },
    /// By a second factor.
    By {
        /// Which.
        factor: Factor,
    },
    /// More than a share of earlier scores.
    Score {
        /// The score.
        score: f64,
        /// The share that is lower, between 0 and 1.
        above: f64,
    },
}

/// Whole numbers with a comma between thousands.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time in the largest unit that has at least two of it.
fn time(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", (seconds + 30) / 60),
        7_200..172_800 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

impl std::fmt::Display for Evidence {
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "whole and not negative")]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count { n, of } => write!(f, "{} {of}", grouped(*n)),
            Self::Within { seconds } => write!(f, "within {}", time(*seconds)),
            Self::Failing { share } => write!(f, "{:.0} % failing", share * 100.0),
            Self::Travel { km, seconds, km_per_hour } => {
                let (km, speed) = (grouped(km.floor() as u64), grouped(km_per_hour.floor() as u64));
                write!(f, "{km} km in {}, {speed} km/h", time(*seconds))
            }
            Self::NeverSeen { what } => write!(f, "{what} never seen"),
            Self::Changed { what } => write!(f, "{what} changed"),
            Self::Idle { days } => write!(f, "idle for {} days", grouped(days.unsigned_abs())),
            Self::After { what, seconds } => write!(f, "{} after {what}", time(*seconds)),
            Self::By { factor } => {
                let name = match factor {
                    Factor::Totp => "authenticator app",
                    Factor::RecoveryCode => "recovery code",
                    Factor::Sms => "SMS code",
                    Factor::Push => "prompt",
                    Factor::Passkey => "passkey",
                };
                write!(f, "by {name}")
            }
            Self::Score { score, above } => {
                write!(f, "score {score:.3e}, above {:.1} % of earlier ones", above * 100.0)
            }
        }
    }
}

impl Evidence {
    pub(super) fn count(n: usize, of: &str) -> Self {
        Self::Count { n: n as u64, of: of.to_owned() }
    }

    pub(super) fn never_seen(what: &str) -> Self {
        Self::NeverSeen { what: what.to_owned() }
    }

    pub(super) fn changed(what: &str) -> Self {
        Self::Changed { what: what.to_owned() }
    }

    pub(super) fn after(what: &str, time: chrono::TimeDelta) -> Self {
        Self::After { what: what.to_owned(), seconds: time.num_seconds() }
    }

    pub(super) fn within(time: chrono::TimeDelta) -> Self {
        Self::Within { seconds: time.num_seconds() }
    }
}

/// All the evidence in one line, such as `1,240 km in 22 min, 3,381 km/h, device never seen`.
pub fn in_words(evidence: &[Evidence]) -> String {
    evidence.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What an alert is about: findings of one detector about the same are one alert.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// An account.
    Account(AccountId),
    /// A client's address (of IPv6 the /64) or a neighbourhood (/24, /48).
    Source(Prefix),
    /// One user agent in one network.
    Agent {
        /// UUIDv5 of what the client says.
        agent: Uuid,
        /// The network.
        asn: u32,
    },
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account {account}"),
            Self::Source(prefix) => write!(f, "source {prefix}"),
            Self::Agent { agent, asn } => write!(f, "agent {agent} of AS{asn}"),
        }
    }
}

/// Most positions and most accounts that a finding names.
pub const MOST_NAMED: usize = 32;

/// What a detector says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which detector.
    pub detector: Detector,
    /// What it is about.
    pub key: Key,
    /// When what completed it happened.
    pub at: Timestamp,
    /// How bad.
    pub severity: Severity,
    /// How likely.
    pub confidence: Confidence,
    /// Why, strongest first.
    pub evidence: Vec<Evidence>,
    /// Events that it rests on, the latest at most.
    pub positions: Vec<u64>,
    /// Accounts concerned, the latest at most.
    pub accounts: Vec<AccountId>,
    /// Whether it alone corroborates a takeover.
    pub corroboration: Option<Corroboration>,
}

impl Finding {
    /// About the account that `observation` concerns; `None` when nobody has the identifier.
    pub(super) fn of_account(
        detector: Detector,
        observation: &Observation,
        (severity, confidence): (Severity, Confidence),
        evidence: Vec<Evidence>,
    ) -> Option<Self> {
        let account = observation.target.account()?;
        Some(Self {
            detector,
            key: Key::Account(account),
            at: observation.at,
            severity,
            confidence,
            evidence,
            positions: vec![observation.position],
            accounts: vec![account],
            corroboration: None,
        })
    }

    /// Resting on these events, too.
    pub(super) fn resting_on(mut self, positions: impl IntoIterator<Item = u64>) -> Self {
        self.positions.extend(positions);
        self.positions.sort_unstable();
        self.positions.dedup();
        let surplus = self.positions.len().saturating_sub(MOST_NAMED);
        self.positions.drain(..surplus);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_reads_as_a_sentence() {
        let travel = Evidence::Travel { km: 1_240.0, seconds: 1_320, km_per_hour: 3_381.8 };
        assert_eq!(
            in_words(&[travel, Evidence::never_seen("device")]),
            "1,240 km in 22 min, 3,381 km/h, device never seen"
        );
        assert_eq!(
            in_words(&[Evidence::count(25, "failures"), Evidence::Within { seconds: 90 }]),
            "25 failures, within 90 s"
        );
        assert_eq!(Evidence::Idle { days: 1_234 }.to_string(), "idle for 1,234 days");
    }
}
