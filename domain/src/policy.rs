//! Every threshold of the rules, with its default. All of it is configuration.

use crate::observed::ObservationPolicy;
use crate::recovery_case::RecoveryPolicy;
use crate::status::StatusPolicy;
use chrono::TimeDelta;
use serde::Deserialize;

/// The rules' thresholds. Durations are whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How often a secret may be guessed.
    pub guesses: GuessPolicy,
    /// What a new password has to be.
    pub password: PasswordPolicy,
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
    /// What makes a sign-in unexpected.
    pub risk: RiskPolicy,
    /// Which sign-ins without a strong factor wait until the owner confirms them by mail.
    pub confirm: Confirm,
    /// Seconds for which a sign-in waits so, and its link works. Default 1,800.
    pub confirmation_seconds: u32,
    /// Mails of that kind to one account in an hour; beyond them such sign-ins are refused. Default 3.
    pub confirmations_per_hour: u32,
    /// Seconds for which a device that has proved a second factor, and was said to be trusted, needs none. Default 0:
    /// never; a stolen device with a saved password would be all that it takes. At most 2,592,000 (30 days).
    pub trusted_device_seconds: u32,
    /// E-mail addresses and phone numbers of the owner.
    pub contact: ContactPolicy,
    /// The way back for who has lost every second factor.
    pub factor_recovery: FactorRecoveryPolicy,
    /// Recovery with the help of support.
    pub recovery: RecoveryPolicy,
    /// When the public is told that a part is degraded or down.
    pub status: StatusPolicy,
    /// Sign-ins that other systems report.
    pub observations: ObservationPolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            guesses: GuessPolicy::default(),
            password: PasswordPolicy::default(),
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
            risk: RiskPolicy::default(),
            confirm: Confirm::Risky,
            confirmation_seconds: 1_800,
            confirmations_per_hour: 3,
            trusted_device_seconds: 0,
            contact: ContactPolicy::default(),
            factor_recovery: FactorRecoveryPolicy::default(),
            recovery: RecoveryPolicy::default(),
            status: StatusPolicy::default(),
            observations: ObservationPolicy::default(),
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

/// What a new password has to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordPolicy {
    /// Fewest code points where it stands alone. Default and least 15 (NIST SP 800-63B-4, 3.1.1.2).
    pub alone: u32,
    /// Fewest code points beside a second factor. Default and least 8 (NIST SP 800-63B-4, 3.1.1.2).
    pub with_factor: u32,
    /// Last passwords, the one in use included, that a new one must not be. Default 0; at most 24.
    pub history: u8,
    /// Seconds that a link works which was mailed because the password is void. Default and most 86,400.
    pub required_link_seconds: u32,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { alone: 15, with_factor: 8, history: 0, required_link_seconds: 86_400 }
    }
}

/// Which sign-ins wait for the owner's confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// None.
    Off,
    /// Risky ones in which neither a passkey nor an authenticator app was proved.
    Risky,
}

/// What makes a sign-in unexpected, against the account's last 20 successes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RiskPolicy {
    /// Fewer successes than this are no history: nothing is unexpected then. Default 1, so that the first sign-in after
    /// registration is not, wherever it comes from.
    pub learn_sign_ins: u32,
    /// Kilometres from the last success, both accuracy radii taken off, that may be too far. Default 500.
    pub travel_km: u32,
    /// Kilometres an hour that nobody travels. Default 900.
    pub travel_km_per_hour: u32,
    /// Days without a success after which a new device is unexpected. Default 90.
    pub dormant_days: u32,
}

impl Default for RiskPolicy {
    fn default() -> Self {
        Self { learn_sign_ins: 1, travel_km: 500, travel_km_per_hour: 900, dormant_days: 90 }
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

/// How the owner's addresses change, and when they are looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactPolicy {
    /// Seconds after a change of the e-mail address in which links that set a password go to the old one, and after which
    /// a new recovery address counts in a recovery. Default 259,200 (72 h).
    pub change_hold_seconds: u32,
    /// Seconds in which the owner of the old address can undo a change; at least the hold. Default 604,800 (7 days).
    pub undo_seconds: u32,
    /// Seconds after which a contact that was neither proved nor confirmed is to be reviewed. Default 15,552,000
    /// (180 days).
    pub review_seconds: u32,
}

impl Default for ContactPolicy {
    fn default() -> Self {
        Self { change_hold_seconds: 259_200, undo_seconds: 604_800, review_seconds: 15_552_000 }
    }
}

/// A recovery of the second factor: how long its steps take.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FactorRecoveryPolicy {
    /// Seconds in which both mailed links must be followed. Default 3,600.
    pub proof_seconds: u32,
    /// Seconds in which the owner can stop it. Default 86,400.
    pub wait_seconds: u32,
    /// The same when an address or number was changed within this time, and the pause after one was stopped. Default
    /// 259,200 (72 h).
    pub changed_wait_seconds: u32,
    /// Seconds after the wait in which it can be completed. Default 604,800.
    pub complete_seconds: u32,
}

impl Default for FactorRecoveryPolicy {
    fn default() -> Self {
        Self {
            proof_seconds: 3_600,
            wait_seconds: 86_400,
            changed_wait_seconds: 259_200,
            complete_seconds: 604_800,
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
