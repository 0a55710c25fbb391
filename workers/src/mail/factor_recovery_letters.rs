//! The words of notices about a recovery of the second factor.

use super::letter::{Letter, Link, NOT_YOU, moment};
use super::render::RenderContext;
use watchbook_domain::notice::RecoveryStep;

pub(super) fn of(site: &str, step: RecoveryStep, context: &RenderContext<'_>) -> Letter {
    let (heading, told, link) = match step {
        RecoveryStep::Prove => (
            "Confirm that you have lost your second step",
            format!(
                "Somebody who knows the password of your {site} account says that every second step of signing in is lost. If it is you, follow this link and the one in the mail to your other address."
            ),
            "Confirm that it is me",
        ),
        RecoveryStep::Requested => (
            "Somebody wants to remove your second step",
            format!(
                "Somebody who knows the password of your {site} account asks to remove every second step of signing in. If both of your addresses confirm it, that is done after a wait."
            ),
            "This was not me: stop it",
        ),
        RecoveryStep::Scheduled { until } => (
            "Your second step will be removed",
            format!(
                "Both addresses have confirmed that every second step of signing in to your {site} account is lost. It can be removed from {} on.",
                moment(until)
            ),
            "This was not me: stop it",
        ),
        RecoveryStep::Complete { from } => (
            "Your way back in",
            format!(
                "From {} on, the link below removes every second step of signing in to your {site} account. You need your password too. Then sign in and set up a new second step at once.",
                moment(from)
            ),
            "Remove my second steps",
        ),
        RecoveryStep::Stopped => (
            "The recovery was stopped",
            format!(
                "The recovery of your {site} account was stopped, by a link in a mail or because somebody signed in with the second step. If you did not ask for that recovery, set a new password: somebody else knows yours."
            ),
            "",
        ),
        RecoveryStep::Completed => (
            "Your second steps were removed",
            format!(
                "Every second step of signing in to your {site} account was removed, and every session has ended. Sign in with your password, and set up a new second step at once."
            ),
            "",
        ),
    };
    let advice =
        "If this was not you, somebody else knows your password. Stop the recovery, then set a new password.";
    let not_you = matches!(step, RecoveryStep::Requested | RecoveryStep::Scheduled { .. });
    Letter {
        subject: format!("{heading} ({site})"),
        heading: heading.to_owned(),
        told: vec![told],
        advice_heading: NOT_YOU.filter(|_| not_you),
        advice: if not_you { vec![advice.to_owned()] } else { vec![] },
        link: Some(match context.action_link {
            Some(url) if !link.is_empty() => Link {
                purpose: link.to_owned(),
                url: url.to_owned(),
                terms: vec![
                    "The link works only once. You are asked to confirm before anything happens.".to_owned(),
                ],
            },
            _ => Link::to_page(context, "/forgot", "Set a new password".to_owned()),
        }),
        ..Letter::default()
    }
}
