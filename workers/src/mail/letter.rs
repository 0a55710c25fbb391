//! Which words a notice is told in. Text and HTML are two layouts of the same letter, so they never differ in what
//! they say: what happened, when, from where, what to do if it was somebody else, how long the link works.
//!
//! A new notice gets an arm in [`Told::of`], and a message of that name in each file of `words/locales`.

use watchbook_domain::notice::Notice;
use watchbook_words::{Args, Language, device_in_words, moment, paragraphs, part};

use super::plain::{neutral, one_line};
use super::render::RenderContext;
use super::told::{Facts, Offer, Told};

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

impl Letter {
    pub(super) fn of(notice: &Notice, context: &RenderContext<'_>) -> Self {
        let Told { message, mut args, facts, response, offer } = Told::of(notice, context.language);
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
        if let Some(response) = response {
            letter.told.extend(paragraphs(language, "response", response, &args));
        }
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
            Offer::Disown(deed) => letter.offer_disowning("disown", deed, context),
            Offer::Undo => letter.offer_disowning("undo-address", "change", context),
        }
        letter
    }

    /// Advice and link for a `deed` that its owner may not have done, in the words of `message`.
    fn offer_disowning(&mut self, message: &str, deed: &str, context: &RenderContext<'_>) {
        let say = |name: &str, args: &Args<'_>| paragraphs(self.language, message, name, args);
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
        for (name, at) in &self.moments {
            known(name, moment(language, *at));
        }
        if let Some((device, place)) = self.by {
            known("device", device_in_words(language, &neutral(device)));
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
        if let Some(reason) = self.reason {
            known("reason", neutral(reason));
        }
        facts
    }
}
