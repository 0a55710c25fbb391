//! The words of each notice. Text and HTML are two layouts of the same letter, so they never differ in what
//! they say: what happened, when, from where, what to do if it was somebody else, how long the link works.

use watchbook_domain::Timestamp;
use watchbook_domain::account::LockReason;
use watchbook_domain::notice::{FactorChange, Notice, PhoneChange};

use super::plain::{neutral, one_line};
use super::render::RenderContext;
use super::{contact_letters, factor_recovery_letters};

/// A letter before it is laid out.
#[derive(Default)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) told: Vec<String>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) advice_heading: Option<&'static str>,
    pub(super) advice: Vec<String>,
    pub(super) link: Option<Link>,
    pub(super) closing: Vec<String>,
}

/// A link, named by what it does.
pub(super) struct Link {
    pub(super) purpose: String,
    pub(super) url: String,
    pub(super) terms: Vec<String>,
}

pub(super) const NOT_YOU: Option<&str> = Some("Was this not you?");

impl Letter {
    pub(super) fn of(notice: &Notice, context: &RenderContext<'_>) -> Self {
        let site = one_line(context.site_name, 80);
        let mut letter = match notice {
            Notice::VerifyEmail { hours } => verify_email(&site, *hours, context),
            Notice::AlreadyRegistered => already_registered(&site, context),
            Notice::ResetPassword { minutes, at, device, place } => Self {
                facts: facts(*at, Some((device, place.as_deref())), None),
                ..reset_password(&site, *minutes, context)
            },
            Notice::NewDevice { at, device, place, address } => Self {
                subject: format!("New sign-in to your {site} account"),
                heading: "New sign-in to your account".to_owned(),
                told: vec![format!(
                    "Somebody signed in to your {site} account from a device that has not been used before."
                )],
                facts: facts(*at, Some((device, place.as_deref())), Some(address)),
                ..disown("sign-in", context)
            },
            Notice::ConfirmSignIn { minutes, at, device, place, address } => Self {
                facts: facts(*at, Some((device, place.as_deref())), Some(address)),
                ..confirm_sign_in(&site, *minutes, context)
            },
            Notice::PasswordChanged { at, by_reset } => Self {
                subject: format!("Your {site} password was changed"),
                heading: "Your password was changed".to_owned(),
                told: vec![format!(
                    "The password of your {site} account was changed {}.",
                    if *by_reset {
                        "over a link in an e-mail to this address"
                    } else {
                        "by somebody who was signed in"
                    }
                )],
                facts: facts(*at, None, None),
                ..disown("change", context)
            },
            Notice::PasswordChangeRequired { at, reason, hours } => Self {
                facts: facts(*at, None, None),
                ..super::password_letters::change_required(&site, *reason, *hours, context)
            },
            Notice::SecondFactorChanged { at, change } => {
                Self { facts: facts(*at, None, None), ..factor_changed(&site, *change, context) }
            }
            Notice::AccountLocked { at, reason } => {
                Self { facts: facts(*at, None, None), ..account_locked(&site, *reason, context) }
            }
            Notice::PhoneChanged { at, change, masked } => {
                Self { facts: facts(*at, None, None), ..phone_changed(&site, *change, masked, context) }
            }
            Notice::Recovery(notice) => super::recovery_letter::letter(&site, notice, context),
            // Codes go by text message; should one be addressed to a mailbox, it is not in the mail.
            Notice::SmsCode { .. } => Self {
                subject: format!("A code for your {site} account"),
                heading: "A code was asked for".to_owned(),
                told: vec![format!("A code by text message was asked for at {site}.")],
                ..Self::default()
            },
            Notice::ProveAddress { hours, contact } => {
                contact_letters::prove_address(&site, *hours, *contact, context)
            }
            Notice::ContactChanged { at, change, masked } => Self {
                facts: facts(*at, None, None),
                ..contact_letters::contact_changed(&site, *change, masked, context)
            },
            Notice::AddressWantedElsewhere { at } => {
                Self { facts: facts(*at, None, None), ..contact_letters::wanted_elsewhere(&site, context) }
            }
            Notice::ResetHeld { at } => {
                Self { facts: facts(*at, None, None), ..contact_letters::reset_held(&site, context) }
            }
            Notice::FactorRecovery { at, step } => {
                Self { facts: facts(*at, None, None), ..factor_recovery_letters::of(&site, *step, context) }
            }
            Notice::AccountUnlocked { at } => Self {
                subject: format!("Your {site} account is unlocked"),
                heading: "Your account is unlocked".to_owned(),
                told: vec![format!("Your {site} account was unlocked. You can sign in again.")],
                facts: facts(*at, None, None),
                ..disown("change", context)
            },
        };
        letter.closing = vec![
            format!(
                "You get this e-mail because this address was given to {site}. It was sent automatically."
            ),
            format!("{site} never asks for your password or a code by e-mail or telephone."),
        ];
        letter
    }
}

fn verify_email(site: &str, hours: u32, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("Confirm your e-mail address for {site}"),
        heading: "Confirm your e-mail address".to_owned(),
        told: vec![
            format!("This address was given for an account at {site}. Please confirm that it is yours."),
            "If it was not you, do nothing: without your confirmation the address is not used.".to_owned(),
        ],
        link: Some(context.action_link.map_or_else(
            || Link::to_page(context, "", format!("Go to {site} to ask for a link")),
            |url| Link {
                purpose: "Confirm this e-mail address".to_owned(),
                url: url.to_owned(),
                terms: vec![format!("The link works for {} and only once.", counted(hours, "hour"))],
            },
        )),
        ..Letter::default()
    }
}

fn already_registered(site: &str, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("You already have an account at {site}"),
        heading: "You already have an account".to_owned(),
        told: vec![
            format!("Somebody tried to register at {site} with this address. It already has an account there, so nothing was changed."),
            "If it was you, sign in as usual. If you do not know your password any more, set a new one.".to_owned(),
            "If it was not you, you need not do anything. Whoever it was has not been told that you have an account.".to_owned(),
        ],
        link: Some(Link::to_page(context, "/forgot", "Set a new password".to_owned())),
        ..Letter::default()
    }
}

fn reset_password(site: &str, minutes: u32, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("Set a new password for {site}"),
        heading: "Set a new password".to_owned(),
        told: vec![format!("Somebody asked to set a new password for your {site} account.")],
        advice_heading: NOT_YOU,
        advice: vec!["If you did not ask for this, do nothing: your password stays as it is. Do not pass the link on to anybody.".to_owned()],
        link: Some(context.action_link.map_or_else(
            || Link::to_page(context, "/forgot", "Ask for a link to set a new password".to_owned()),
            |url| Link {
                purpose: "Set a new password".to_owned(),
                url: url.to_owned(),
                terms: vec![format!("The link works for {} and only once.", counted(minutes, "minute"))],
            },
        )),
        ..Letter::default()
    }
}

fn confirm_sign_in(site: &str, minutes: u32, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("Is this you? A sign-in to {site} waits for you"),
        heading: "A sign-in waits for you".to_owned(),
        told: vec![format!(
            "Somebody who knows your password is signing in to your {site} account, from where you have not signed in before. They are not in: the sign-in waits until you confirm it."
        )],
        advice_heading: Some("What to do now"),
        advice: vec![
            "If it is you, open the link and confirm. The device that waits goes on by itself.".to_owned(),
            "If it is not you, open the link and say so: we lock the account at once. If the link does not work any more, set a new password. Do not confirm because somebody asks you to.".to_owned(),
        ],
        link: Some(context.action_link.map_or_else(
            || Link::to_page(context, "/forgot", "Set a new password".to_owned()),
            |url| Link {
                purpose: "Look at the sign-in: confirm it, or lock my account".to_owned(),
                url: url.to_owned(),
                terms: vec![format!(
                    "The link works for {} and only once. You are asked before anything happens.",
                    counted(minutes, "minute")
                )],
            },
        )),
        ..Letter::default()
    }
}

fn factor_changed(site: &str, change: FactorChange, context: &RenderContext<'_>) -> Letter {
    let (heading, told) = match change {
        FactorChange::TotpEnrolled => (
            "An authenticator app was set up",
            format!(
                "An authenticator app was set up as the second step of signing in to your {site} account."
            ),
        ),
        FactorChange::TotpRemoved => (
            "The authenticator app was removed",
            format!(
                "The authenticator app was removed from your {site} account. Signing in no longer asks for its codes."
            ),
        ),
        FactorChange::RecoveryCodesGenerated => (
            "New recovery codes were made",
            format!(
                "New recovery codes were made for your {site} account. Any earlier codes no longer work."
            ),
        ),
        FactorChange::SmsEnrolled => (
            "Codes by text message were set up",
            format!(
                "Codes by text message were set up as the second step of signing in to your {site} account."
            ),
        ),
        FactorChange::SmsRemoved => (
            "Codes by text message were removed",
            format!(
                "Codes by text message are no longer the second step of signing in to your {site} account."
            ),
        ),
        FactorChange::PasskeyEnrolled => (
            "A passkey was added",
            format!("A passkey was added to your {site} account. It signs in without your password."),
        ),
        FactorChange::PasskeyRemoved => (
            "A passkey was removed",
            format!("A passkey was removed from your {site} account. It no longer signs in there."),
        ),
        FactorChange::PasskeyCopySuspected => (
            "A passkey was refused",
            format!(
                "Somebody tried to sign in to your {site} account with a passkey of yours, or a copy of it: the passkey did not count on from its last use, so it was refused. If this happens while you sign in yourself, remove that passkey and add it anew."
            ),
        ),
        FactorChange::RecoveryCodeUsed { left } => (
            "A recovery code was used",
            format!(
                "A recovery code was used to sign in to your {site} account. {}",
                match left {
                    0 => "No codes are left: make new ones.".to_owned(),
                    left => format!("You have {} left.", counted(u32::from(left), "code")),
                }
            ),
        ),
    };
    factor_letter(heading, told, site, context)
}

fn phone_changed(site: &str, change: PhoneChange, masked: &str, context: &RenderContext<'_>) -> Letter {
    let (heading, told) = match change {
        PhoneChange::Set => (
            "A phone number was set",
            format!(
                "The phone number {masked} was confirmed for your {site} account. It replaces any earlier number, and can be used to sign in."
            ),
        ),
        PhoneChange::Removed => (
            "The phone number was removed",
            format!(
                "The phone number {masked} was removed from your {site} account. It can no longer be used to sign in."
            ),
        ),
    };
    factor_letter(heading, told, site, context)
}

pub(super) fn factor_letter(heading: &str, told: String, site: &str, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("{heading} ({site})"),
        heading: heading.to_owned(),
        told: vec![told],
        ..disown("change", context)
    }
}

fn account_locked(site: &str, reason: LockReason, context: &RenderContext<'_>) -> Letter {
    let (because, advice, link) = match reason {
        LockReason::Disowned => (
            "because a link in one of our e-mails was used to say that something was not done by you",
            "To open the account again, set a new password. If it was not you who used the link, do the same, and look after your mailbox: somebody else can read it.",
            Some(Link::to_page(context, "/forgot", "Set a new password".to_owned())),
        ),
        LockReason::Operator => (
            "by our staff",
            "To have it opened again, turn to our support. A new password does not lift this lock.",
            None,
        ),
    };
    Letter {
        subject: format!("Your {site} account is locked"),
        heading: "Your account is locked".to_owned(),
        told: vec![
            format!("Your {site} account was locked {because}."),
            "All its sessions were ended. Nobody can sign in until it is opened again.".to_owned(),
        ],
        advice_heading: Some("What to do now"),
        advice: vec![advice.to_owned()],
        link,
        ..Letter::default()
    }
}

/// Advice and link for a `deed` that its owner may not have done.
fn disown(deed: &str, context: &RenderContext<'_>) -> Letter {
    let (advice, link) = match context.action_link {
        Some(url) => (
            format!("If this {deed} was yours, you need not do anything. If not, tell us with the link below: we lock the account and end all its sessions at once, and you set a new password."),
            Link {
                purpose: "This was not me: lock my account".to_owned(),
                url: url.to_owned(),
                terms: vec![match context.link_expires_at {
                    Some(until) => format!("The link works until {} and only once. You are asked to confirm before anything happens.", moment(until)),
                    None => "The link works for a limited time and only once. You are asked to confirm before anything happens.".to_owned(),
                }],
            },
        ),
        None => (
            format!("If this {deed} was yours, you need not do anything. If not, set a new password at once."),
            Link::to_page(context, "/forgot", "Set a new password".to_owned()),
        ),
    };
    Letter { advice_heading: NOT_YOU, advice: vec![advice], link: Some(link), ..Letter::default() }
}

impl Link {
    /// A page of the site.
    pub(super) fn to_page(context: &RenderContext<'_>, path: &str, purpose: String) -> Self {
        Self { purpose, url: format!("{}{path}", context.public_url.trim_end_matches('/')), terms: vec![] }
    }
}

/// When, what and where, for what is known. A place is looked up from the network address, so it is only
/// roughly right, and says so.
fn facts(
    at: Timestamp,
    by: Option<(&str, Option<&str>)>,
    address: Option<&String>,
) -> Vec<(&'static str, String)> {
    let mut facts = vec![("When", moment(at))];
    let mut known = |name, value: &str, note: &str| match neutral(value) {
        value if value.is_empty() => facts.push((name, "unknown".to_owned())),
        value => facts.push((name, format!("{value}{note}"))),
    };
    if let Some((device, place)) = by {
        known("Device", device, "");
        known("Place", place.unwrap_or_default(), " (estimated)");
    }
    if let Some(address) = address {
        known("Network address", address, "");
    }
    facts
}

/// `3 March 2026, 14:05 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.datetime().format("%-d %B %Y, %H:%M UTC").to_string()
}

pub(super) fn counted(number: u32, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
