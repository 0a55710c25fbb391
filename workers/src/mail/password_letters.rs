//! The words about a void password.

use super::letter::{Letter, Link, counted};
use super::render::RenderContext;
use watchbook_domain::account::ChangeReason;

pub(super) fn change_required(
    site: &str,
    reason: ChangeReason,
    hours: u32,
    context: &RenderContext<'_>,
) -> Letter {
    let because = match reason {
        ChangeReason::Compromised => "There are signs that somebody else may know it.",
        ChangeReason::TooShortAlone => {
            "It was used together with a second step. There is none any more, and alone it is too short."
        }
    };
    Letter {
        subject: format!("Set a new password for {site}"),
        heading: "You need a new password".to_owned(),
        told: vec![
            format!("The password of your {site} account does not work any more. {because}"),
            "All sessions were ended.".to_owned(),
        ],
        advice_heading: Some("What to do now"),
        advice: vec![
            "Set a new password. If you used the old one elsewhere too, change it there as well.".to_owned(),
        ],
        link: Some(context.action_link.map_or_else(
            || Link::to_page(context, "/forgot", "Ask for a link to set a new password".to_owned()),
            |url| Link {
                purpose: "Set a new password".to_owned(),
                url: url.to_owned(),
                terms: vec![format!("The link works for {} and only once.", counted(hours, "hour"))],
            },
        )),
        ..Letter::default()
    }
}
