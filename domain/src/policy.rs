//! Every threshold of the rules, with its default. All of it is configuration.

use crate::recovery_case::RecoveryPolicy;
use chrono::TimeDelta;
use serde::Deserialize;

/// The rules' thresholds. Durations are whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How often a secret may be guessed.
    pub guesses: GuessPolicy,
    /// How long sessions live.
    pub sessions: SessionPolicy,
    /// Seconds an attempt waits for its second factor. Default 600.
    pub attempt_seconds: u32,
    /// Seconds after proof of the password (and second factor) in which sensitive changes are allowed
    /// (OWASP ASVS 7.5.1). Default 600.
    pub reauthentication_seconds: u32,
    /// Seconds a verification link works. Default 86,400.
    pub verification_link_seconds: u32,
    /// Seconds a reset link works (NIST SP 800-63B-4: issued recovery codes by e-mail at most 24 h).
    /// Default 3,600.
    pub reset_link_seconds: u32,
    /// Seconds a "this was not me" link works. Default 604,800.
    pub disown_link_seconds: u32,
    /// Seconds between two mails that a stranger can cause by typing an address. Default 60.
    pub mail_pause_seconds: u32,
    /// Mails that a stranger can cause to one account in a day. Default 10.
    pub mails_per_day: u32,
    /// Devices kept per account; the one unused for longest makes room. Default 50.
    pub devices: u32,
    /// Codes by text message.
    pub sms: SmsPolicy,
    /// Recovery with the help of support.
    pub recovery: RecoveryPolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            guesses: GuessPolicy::default(),
            sessions: SessionPolicy::default(),
            attempt_seconds: 600,
            reauthentication_seconds: 600,
            verification_link_seconds: 86_400,
            reset_link_seconds: 3_600,
            disown_link_seconds: 604_800,
            mail_pause_seconds: 60,
            mails_per_day: 10,
            devices: 50,
            sms: SmsPolicy::default(),
            recovery: RecoveryPolicy::default(),
        }
    }
}

/// Guesses at one secret by one class of guessers (strangers, or one known device).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuessPolicy {
    /// Consecutive failures before the delay sets in. Default 5.
    pub free: u32,
    /// The longest delay, in seconds; the delay after failure *n* is 2^(*n* - `free`) seconds. Default 3,600
    /// (NIST SP 800-63B-4, 3.2.2: up to an hour).
    pub longest_delay_seconds: u32,
    /// Consecutive failures after which the class is refused until the secret is proved another way or
    /// replaced. Default 100 (NIST SP 800-63B-4, 3.2.2: at most 100).
    pub disable_after: u32,
    /// Wrong codes after which a sign-in attempt is dropped. Default 5.
    pub codes_per_attempt: u32,
}

impl Default for GuessPolicy {
    fn default() -> Self {
        Self { free: 5, longest_delay_seconds: 3_600, disable_after: 100, codes_per_attempt: 5 }
    }
}

/// Life of sessions (NIST SP 800-63B-4, 2.1.3 and 2.2.3: AAL1 at most 30 days, AAL2 at most 24 h and 1 h idle).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionPolicy {
    /// Seconds without a refresh after which a session ends. Default 3,600.
    pub idle_seconds: u32,
    /// Seconds after which a session ends, however active. Default 86,400.
    pub absolute_seconds: u32,
    /// Sessions kept per account; the oldest makes room. Default 50.
    pub most: u32,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { idle_seconds: 3_600, absolute_seconds: 86_400, most: 50 }
    }
}

/// Codes by text message: how long they work, and how many go out. Who earns from the calls of a dear destination has
/// messages sent there (toll fraud), so each is counted four ways before it is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmsPolicy {
    /// Seconds a code works. Default and most 600 (NIST SP 800-63B-4, 3.1.3.2: at most ten minutes).
    pub code_seconds: u32,
    /// Seconds after a change of number in which codes to the new one are no second factor, if there is another: who
    /// has talked a carrier into a new card must not get further with it at once. Default 259,200 (72 h).
    pub change_hold_seconds: u32,
    /// To one number that somebody wants to prove; for a proved one, its account's budget counts. Default 5 and 10.
    pub per_number: SendPolicy,
    /// For one account: once for its known devices, and once for everybody else. Default 5 and 10.
    pub per_account: SendPolicy,
    /// For one source (an IPv4 address or an IPv6 /64). Default 20 and 60.
    pub per_source: SendPolicy,
    /// To one country: once to numbers that are being proved, and once to proved ones. Default 500 and 3,000.
    pub per_country: SendPolicy,
}

impl Default for SmsPolicy {
    fn default() -> Self {
        let send = |per_hour, per_day| SendPolicy { per_hour, per_day };
        Self {
            code_seconds: 600,
            change_hold_seconds: 259_200,
            per_number: send(5, 10),
            per_account: send(5, 10),
            per_source: send(20, 60),
            per_country: send(500, 3_000),
        }
    }
}

/// How many messages one budget gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendPolicy {
    /// In an hour of the clock (UTC).
    pub per_hour: u32,
    /// In a day of the clock (UTC).
    pub per_day: u32,
}

/// A configured number of seconds as a duration.
pub fn seconds(n: u32) -> TimeDelta {
    TimeDelta::seconds(i64::from(n))
}
