//! Which message of `words/locales` a notice is told in, with which facts, and what it offers to do.

use watchbook_domain::Timestamp;
use watchbook_domain::account::{ChangeReason, LockReason};
use watchbook_domain::detection::{Action, Corroboration, LockCause};
use watchbook_domain::notice::{
    Contact, ContactChange, FactorChange, Notice, PhoneChange, RecoveryNotice, RecoveryStep, SuspicionCause,
};
use watchbook_words::{Args, Language, moment};

use super::plain::one_line;

/// What a letter offers to do.
pub(super) enum Offer {
    /// Nothing.
    Nothing,
    /// The link that the notice carries, by the message's `link` and `terms`; without one its `page`, at this path.
    Action(&'static str),
    /// The message's `page`, at this path.
    Page(&'static str),
    /// To disown a deed of this name: its advice is a part of the message `disown`.
    Disown(&'static str),
    /// To take an address back, in the words of `undo-address`.
    Undo,
}

/// How a notice is told.
pub(super) struct Told<'a> {
    /// The message in `words/locales`.
    pub(super) message: &'static str,
    /// Its variables, besides `site`.
    pub(super) args: Args<'a>,
    pub(super) facts: Facts<'a>,
    /// A part of the message `response`: what was done.
    pub(super) response: Option<&'static str>,
    pub(super) offer: Offer,
}

/// When, what and where, for what is known. Each is named by a part of the message `mail`.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) moments: Vec<(&'static str, Timestamp)>,
    /// The device in words, and where that seems to be.
    pub(super) by: Option<(&'a str, Option<&'a str>)>,
    pub(super) address: Option<&'a str>,
    /// In the words of an operator.
    pub(super) reason: Option<&'a str>,
}

impl<'a> Told<'a> {
    pub(super) fn of(notice: &'a Notice, language: Language) -> Self {
        match notice {
            Notice::VerifyEmail { hours } => {
                Self::new("verify-email", Offer::Action("")).with("hours", *hours)
            }
            Notice::AlreadyRegistered => Self::new("already-registered", Offer::Page("/forgot")),
            Notice::ResetPassword { minutes, at, device, place } => {
                let told = Self::new("reset-password", Offer::Action("/forgot")).at(*at);
                told.by(device, place.as_deref(), None).with("minutes", *minutes)
            }
            Notice::NewDevice { at, device, place, address } => {
                let told = Self::new("new-device", Offer::Disown("sign-in")).at(*at);
                told.by(device, place.as_deref(), Some(address))
            }
            Notice::ConfirmSignIn { minutes, at, device, place, address } => {
                let told = Self::new("confirm-sign-in", Offer::Action("/forgot")).at(*at);
                told.by(device, place.as_deref(), Some(address)).with("minutes", *minutes)
            }
            Notice::PasswordChanged { at, by_reset } => {
                let by = if *by_reset { "link" } else { "session" };
                Self::new("password-changed", Offer::Disown("change")).at(*at).with_text("by", by)
            }
            Notice::PasswordChangeRequired { at, reason, hours } => {
                let reason = match reason {
                    ChangeReason::Compromised => "compromised",
                    ChangeReason::TooShortAlone => "short",
                };
                let told = Self::new("password-change-required", Offer::Action("/forgot")).at(*at);
                told.with_text("reason", reason).with("hours", *hours)
            }
            Notice::SecondFactorChanged { at, change } => {
                let told = Self::new(factor_message(*change), Offer::Disown("change")).at(*at);
                if let FactorChange::RecoveryCodeUsed { left } = change {
                    told.with("left", u32::from(*left))
                } else {
                    told
                }
            }
            Notice::AccountLocked { at, reason: LockReason::Disowned } => {
                Self::new("account-locked-by-owner", Offer::Page("/forgot")).at(*at)
            }
            Notice::AccountLocked { at, reason: LockReason::Operator } => {
                Self::new("account-locked-by-staff", Offer::Nothing).at(*at)
            }
            // The mail about the alert says why; see `notices`.
            Notice::AccountLocked { at, reason: LockReason::Detected } => {
                Self::new("account-locked-by-alert", Offer::Page("/forgot"))
                    .at(*at)
                    .with_text("cause", "signs")
            }
            Notice::LockedByAlert { at, cause } => {
                let told = Self::new("account-locked-by-alert", Offer::Page("/forgot")).at(*at);
                told.with_text("cause", lock_cause(*cause))
            }
            Notice::Suspicion { at, cause, action } => Self::of_suspicion(*cause, *action).at(*at),
            Notice::AccountUnlocked { at } => Self::new("account-unlocked", Offer::Disown("change")).at(*at),
            Notice::PhoneChanged { at, change, masked } => {
                let message = match change {
                    PhoneChange::Set => "phone-set",
                    PhoneChange::Removed => "phone-removed",
                };
                Self::new(message, Offer::Disown("change")).at(*at).with_text("number", masked)
            }
            // Codes go by text message; should one be addressed to a mailbox, it is not in the mail.
            Notice::SmsCode { .. } => Self::new("code-by-sms", Offer::Nothing),
            Notice::ProveAddress { hours, contact } => {
                let message = match contact {
                    Contact::Email => "prove-email",
                    Contact::RecoveryEmail => "prove-recovery-email",
                };
                Self::new(message, Offer::Action("")).with("hours", *hours)
            }
            Notice::ContactChanged { at, change, masked } => {
                let (message, offer) = match change {
                    ContactChange::EmailChanged => ("email-changed", Offer::Undo),
                    ContactChange::EmailRestored => ("email-restored", Offer::Page("/forgot")),
                    ContactChange::RecoveryEmailSet => ("recovery-email-set", Offer::Disown("change")),
                    ContactChange::RecoveryEmailRemoved => {
                        ("recovery-email-removed", Offer::Disown("change"))
                    }
                };
                Self::new(message, offer).at(*at).with_text("address", masked)
            }
            Notice::AddressWantedElsewhere { at } => {
                Self::new("address-wanted-elsewhere", Offer::Page("/forgot")).at(*at)
            }
            Notice::ResetHeld { at } => Self::new("reset-held", Offer::Page("/forgot")).at(*at),
            Notice::FactorRecovery { at, step } => Self::of_factor_recovery(*step, language).at(*at),
            Notice::Recovery(notice) => Self::of_recovery(notice, language),
        }
    }

    fn of_suspicion(cause: SuspicionCause, action: Action) -> Self {
        let (message, offer, name) = match cause {
            SuspicionCause::Passwords => ("suspicion-guesses", Offer::Page("/forgot"), "passwords"),
            SuspicionCause::Codes => ("suspicion-guesses", Offer::Page("/forgot"), "codes"),
            SuspicionCause::SignIn => ("suspicion-sign-in", Offer::Disown("sign-in"), "sign-in"),
            SuspicionCause::Session => ("suspicion-sign-in", Offer::Disown("sign-in"), "session"),
            SuspicionCause::Number => ("suspicion-change", Offer::Disown("change"), "number"),
            SuspicionCause::Recovery => ("suspicion-change", Offer::Disown("change"), "recovery"),
        };
        let response = match action {
            Action::Record | Action::Mail | Action::Lock => None,
            Action::StepUp => Some("step-up"),
            Action::EndSession => Some("end-session"),
            Action::Hold => Some("hold"),
        };
        Self { response, ..Self::new(message, offer).with_text("cause", name) }
    }

    fn of_factor_recovery(step: RecoveryStep, language: Language) -> Self {
        let action = || Offer::Action("/forgot");
        let done = || Offer::Page("/forgot");
        match step {
            RecoveryStep::Prove => Self::new("factor-recovery-prove", action()),
            RecoveryStep::Requested => Self::new("factor-recovery-requested", action()),
            RecoveryStep::Scheduled { until } => {
                Self::new("factor-recovery-scheduled", action()).with_moment("until", until, language)
            }
            RecoveryStep::Complete { from } => {
                Self::new("factor-recovery-complete", action()).with_moment("from", from, language)
            }
            RecoveryStep::Stopped => Self::new("factor-recovery-stopped", done()),
            RecoveryStep::Completed => Self::new("factor-recovery-completed", done()),
        }
    }

    fn of_recovery(notice: &'a RecoveryNotice, language: Language) -> Self {
        match notice {
            RecoveryNotice::ProveContact { hours } => {
                Self::new("recovery-prove-contact", Offer::Action("")).with("hours", *hours)
            }
            RecoveryNotice::Message => Self::new("recovery-message", Offer::Nothing),
            RecoveryNotice::Rejected { reason, appeal } => {
                let message = if *appeal { "recovery-rejected" } else { "recovery-appeal-rejected" };
                let facts = Facts { reason: Some(reason), ..Facts::default() };
                Self { facts, ..Self::new(message, Offer::Nothing) }
            }
            RecoveryNotice::Approved { until } => {
                Self::new("recovery-approved", Offer::Nothing).with_moment("until", *until, language)
            }
            RecoveryNotice::Stopped => Self::new("recovery-stopped", Offer::Nothing),
            RecoveryNotice::Lapsed => Self::new("recovery-lapsed", Offer::Nothing),
            RecoveryNotice::HandedOver { hours } => {
                Self::new("recovery-handed-over", Offer::Action("/forgot")).with("hours", *hours)
            }
            RecoveryNotice::Warning { at, until } => {
                let told = Self::new("recovery-warning", Offer::Action(""));
                let moments = vec![("approved", *at), ("handed-over", *until)];
                let facts = Facts { moments, ..Facts::default() };
                Self { facts, ..told.with_moment("until", *until, language) }
            }
            RecoveryNotice::Lost { at } => Self::new("recovery-lost", Offer::Nothing).at(*at),
        }
    }

    fn new(message: &'static str, offer: Offer) -> Self {
        Self { message, args: Args::new(), facts: Facts::default(), response: None, offer }
    }

    fn at(mut self, at: Timestamp) -> Self {
        self.facts.moments.push(("when", at));
        self
    }

    fn by(mut self, device: &'a str, place: Option<&'a str>, address: Option<&'a str>) -> Self {
        self.facts.by = Some((device, place));
        self.facts.address = address;
        self
    }

    fn with(mut self, variable: &'a str, number: u32) -> Self {
        self.args.set(variable, number);
        self
    }

    fn with_text(mut self, variable: &'a str, text: &str) -> Self {
        self.args.set(variable, one_line(text, 80));
        self
    }

    fn with_moment(mut self, variable: &'a str, at: Timestamp, language: Language) -> Self {
        self.args.set(variable, moment(language, at));
        self
    }
}

const fn lock_cause(cause: LockCause) -> &'static str {
    match cause {
        LockCause::Corroborated(Corroboration::CampaignThenNewDevice) => "campaign",
        LockCause::Corroborated(Corroboration::AcceptedAfterStorm) => "storm",
        LockCause::Corroborated(Corroboration::Takeover) => "takeover",
        LockCause::Agreement | LockCause::Disowned | LockCause::Ordered => "signs",
    }
}

const fn factor_message(change: FactorChange) -> &'static str {
    match change {
        FactorChange::TotpEnrolled => "totp-enrolled",
        FactorChange::TotpRemoved => "totp-removed",
        FactorChange::RecoveryCodesGenerated => "recovery-codes-generated",
        FactorChange::SmsEnrolled => "sms-enrolled",
        FactorChange::SmsRemoved => "sms-removed",
        FactorChange::PasskeyEnrolled => "passkey-enrolled",
        FactorChange::PasskeyRemoved => "passkey-removed",
        FactorChange::PasskeyCopySuspected => "passkey-copy-suspected",
        FactorChange::RecoveryCodeUsed { .. } => "recovery-code-used",
    }
}
