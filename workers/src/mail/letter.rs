//! Which words a notice is told in. Text and HTML are two layouts of the same letter, so they never differ in what
//! they say: what happened, when, from where, what to do if it was somebody else, how long the link works.
//!
//! A new notice gets an arm in [`Told::of`], and a message of that name in each file of `words/locales`.

use watchbook_domain::Timestamp;
use watchbook_domain::account::LockReason;
use watchbook_domain::notice::{FactorChange, Notice, PhoneChange};
use watchbook_words::{Args, Language, moment, paragraphs, part};

use super::plain::{neutral, one_line};
use super::render::RenderContext;

/// A letter before it is laid out.
pub(super) struct Letter {
    pub(super) language: Language,
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) told: Vec<String>,
    /// What the facts are headed with.
    pub(super) details: String,
    pub(super) facts: Vec<(String, String)>,
    pub(super) advice_heading: Option<String>,
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

/// What a letter offers to do.
enum Offer {
    /// Nothing.
    Nothing,
    /// The link that the notice carries, by the message's `link` and `terms`; without one its `page`, at this path.
    Action(&'static str),
    /// The message's `page`, at this path.
    Page(&'static str),
    /// To disown a deed of this name: its advice is a part of the message `disown`.
    Disown(&'static str),
}

/// How a notice is told.
struct Told<'a> {
    /// The message in `words/locales`.
    message: &'static str,
    /// Its variables, besides `site`.
    args: Args<'a>,
    facts: Facts<'a>,
    offer: Offer,
}

/// When, what and where, for what is known.
#[derive(Default)]
struct Facts<'a> {
    at: Option<Timestamp>,
    /// The device in words, and where that seems to be.
    by: Option<(&'a str, Option<&'a str>)>,
    address: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(notice: &'a Notice) -> Self {
        let told = |message, offer| Self { message, args: Args::new(), facts: Facts::default(), offer };
        match notice {
            Notice::VerifyEmail { hours } => told("verify-email", Offer::Action("")).with("hours", *hours),
            Notice::AlreadyRegistered => told("already-registered", Offer::Page("/forgot")),
            Notice::ResetPassword { minutes, at, device, place } => {
                let facts = Facts { at: Some(*at), by: Some((device, place.as_deref())), address: None };
                let told = Self { facts, ..told("reset-password", Offer::Action("/forgot")) };
                told.with("minutes", *minutes)
            }
            Notice::NewDevice { at, device, place, address } => {
                let by = Some((device.as_str(), place.as_deref()));
                let facts = Facts { at: Some(*at), by, address: Some(address) };
                Self { facts, ..told("new-device", Offer::Disown("sign-in")) }
            }
            Notice::PasswordChanged { at, by_reset } => {
                let by = if *by_reset { "link" } else { "session" };
                told("password-changed", Offer::Disown("change")).at(*at).with_text("by", by)
            }
            Notice::SecondFactorChanged { at, change } => {
                let told = told(factor_message(*change), Offer::Disown("change")).at(*at);
                if let FactorChange::RecoveryCodeUsed { left } = change {
                    told.with("left", u32::from(*left))
                } else {
                    told
                }
            }
            Notice::AccountLocked { at, reason: LockReason::Disowned } => {
                told("account-locked-by-owner", Offer::Page("/forgot")).at(*at)
            }
            Notice::AccountLocked { at, reason: LockReason::Operator } => {
                told("account-locked-by-staff", Offer::Nothing).at(*at)
            }
            Notice::AccountUnlocked { at } => told("account-unlocked", Offer::Disown("change")).at(*at),
            Notice::PhoneChanged { at, change, masked } => {
                let message = match change {
                    PhoneChange::Set => "phone-set",
                    PhoneChange::Removed => "phone-removed",
                };
                told(message, Offer::Disown("change")).at(*at).with_text("number", masked)
            }
            // Codes go by text message; should one be addressed to a mailbox, it is not in the mail.
            Notice::SmsCode { .. } => told("code-by-sms", Offer::Nothing),
        }
    }

    fn at(mut self, at: Timestamp) -> Self {
        self.facts.at = Some(at);
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

impl Letter {
    pub(super) fn of(notice: &Notice, context: &RenderContext<'_>) -> Self {
        let Told { message, mut args, facts, offer } = Told::of(notice);
        args.set("site", one_line(context.site_name, 80));
        let language = context.language;
        let say = |message, name| part(language, message, name, &args).unwrap_or_default();
        let mut letter = Self {
            language,
            subject: say(message, "subject"),
            heading: say(message, "heading"),
            told: paragraphs(language, message, "told", &args),
            details: say("mail", "details"),
            facts: facts.told(language),
            advice_heading: part(language, message, "advice-heading", &args),
            advice: paragraphs(language, message, "advice", &args),
            link: None,
            closing: paragraphs(language, "mail", "closing", &args),
        };
        match offer {
            Offer::Nothing => {}
            Offer::Page(path) => letter.link = Some(Link::to_page(context, path, say(message, "page"))),
            Offer::Action(path) => {
                letter.link = Some(match context.action_link {
                    Some(url) => Link {
                        purpose: say(message, "link"),
                        url: url.to_owned(),
                        terms: paragraphs(language, message, "terms", &args),
                    },
                    None => Link::to_page(context, path, say(message, "page")),
                });
            }
            Offer::Disown(deed) => letter.offer_disowning(deed, context),
        }
        letter
    }

    /// Advice and link for a `deed` that its owner may not have done.
    fn offer_disowning(&mut self, deed: &str, context: &RenderContext<'_>) {
        let say = |name: &str, args: &Args<'_>| paragraphs(self.language, "disown", name, args);
        let mut args = Args::new();
        let one = |name| say(name, &Args::new()).concat();
        let (advice, link) = match context.action_link {
            Some(url) => {
                let terms = match context.link_expires_at {
                    Some(until) => {
                        args.set("until", moment(self.language, until));
                        say("terms", &args)
                    }
                    None => say("terms-open", &args),
                };
                (say(deed, &Args::new()), Link { purpose: one("link"), url: url.to_owned(), terms })
            }
            None => (say(&format!("{deed}-alone"), &args), Link::to_page(context, "/forgot", one("page"))),
        };
        let heading = one("heading");
        self.advice_heading = Some(heading);
        self.advice = advice;
        self.link = Some(link);
    }
}

impl Link {
    /// A page of the site.
    fn to_page(context: &RenderContext<'_>, path: &str, purpose: String) -> Self {
        Self { purpose, url: format!("{}{path}", context.public_url.trim_end_matches('/')), terms: vec![] }
    }
}

impl Facts<'_> {
    /// A place is looked up from the network address, so it is only roughly right, and says so.
    fn told(&self, language: Language) -> Vec<(String, String)> {
        let say = |name: &str, args: &Args<'_>| part(language, "mail", name, args).unwrap_or_default();
        let plain = |name: &str| say(name, &Args::new());
        let mut facts = vec![];
        let mut known = |name, value: String| {
            facts.push((plain(name), if value.is_empty() { plain("unknown") } else { value }));
        };
        if let Some(at) = self.at {
            known("when", moment(language, at));
        }
        if let Some((device, place)) = self.by {
            known("device", device_in_words(&neutral(device), &say));
            let place = neutral(place.unwrap_or_default());
            let estimated = |place: String| {
                let mut args = Args::new();
                args.set("place", place);
                say("place-estimated", &args)
            };
            known("place", if place.is_empty() { place } else { estimated(place) });
        }
        if let Some(address) = self.address {
            known("address", neutral(address));
        }
        facts
    }
}

/// Devices are recorded in English, as `Firefox on Windows`.
fn device_in_words(device: &str, say: &impl Fn(&str, &Args<'_>) -> String) -> String {
    let Some((browser, system)) = device.split_once(" on ") else { return device.to_owned() };
    let mut args = Args::new();
    args.set("browser", browser);
    args.set("system", system);
    say("device-name", &args)
}
