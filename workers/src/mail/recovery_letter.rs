//! The words of mails about a recovery by support.

use super::letter::{Letter, Link, moment};
use super::plain::neutral;
use super::render::RenderContext;
use watchbook_domain::notice::RecoveryNotice;

pub(super) fn letter(site: &str, notice: &RecoveryNotice, context: &RenderContext<'_>) -> Letter {
    let plain = |heading: &str, told: Vec<String>| Letter {
        subject: format!("{heading} ({site})"),
        heading: heading.to_owned(),
        told,
        ..Letter::default()
    };
    let link = |purpose: &str, terms: String| {
        context.action_link.map(|url| Link {
            purpose: purpose.to_owned(),
            url: url.to_owned(),
            terms: vec![terms],
        })
    };
    match notice {
        RecoveryNotice::ProveContact { hours } => Letter {
            link: link("Confirm this address", format!("The link works for {hours} hours and only once.")),
            ..plain(
                "Confirm your address for support",
                vec![
                    format!("Somebody asked the support of {site} to recover an account, and gave this address to be reached at. Support looks at the request once the address is confirmed."),
                    "If it was not you, do nothing: nobody will look at the request.".to_owned(),
                ],
            )
        },
        RecoveryNotice::Message => plain(
            "Support has written to you",
            vec![format!("There is a new message in your recovery case at {site}. It is not in this e-mail: read it where you opened the case.")],
        ),
        RecoveryNotice::Rejected { reason, appeal } => Letter {
            facts: vec![("Reason", neutral(reason))],
            ..plain(
                "Your recovery case was rejected",
                vec![
                    format!("The support of {site} could not confirm that the account is yours."),
                    if *appeal {
                        "You can appeal once, where you opened the case; other staff decide then.".to_owned()
                    } else {
                        "This was the decision on your appeal. It is final.".to_owned()
                    },
                ],
            )
        },
        RecoveryNotice::Approved { until } => plain(
            "Your recovery case was approved",
            vec![format!(
                "The support of {site} has approved your case. For your protection there is a waiting time, in which everybody who can reach the account is told and can stop this. On {} you get a link to set a new password.",
                moment(*until)
            )],
        ),
        RecoveryNotice::Stopped => plain(
            "Your recovery case was stopped",
            vec![format!("The recovery of the account at {site} was stopped during the waiting time, by somebody who can reach the account or by our staff. Nothing was changed.")],
        ),
        RecoveryNotice::HandedOver { hours } => Letter {
            link: link("Set a new password", format!("The link works for {hours} hours and only once.")),
            ..plain(
                "Your account is recovered",
                vec![
                    format!("Your account at {site} is yours again. Its second factors were removed and all its sessions ended."),
                    "Set a new password, then set up a second factor at once.".to_owned(),
                ],
            )
        },
        RecoveryNotice::Warning { at, until } => Letter {
            facts: vec![("Approved", moment(*at)), ("Handed over", moment(*until))],
            advice_heading: Some("Did you not ask for this?"),
            advice: vec!["Stop it with the link below. Your account then stays exactly as it is. Signing in with your second factor stops it too.".to_owned()],
            link: link(
                "Stop this: the account is mine",
                format!("The link works until {}. You are asked to confirm before anything happens.", moment(*until)),
            ),
            ..plain(
                "Your account is about to be handed over",
                vec![format!("Somebody who says that your account at {site} is theirs has shown documents to our support, and the support has approved it. All second factors will be removed and a new password set.")],
            )
        },
        RecoveryNotice::Lost { at } => Letter {
            facts: vec![("When", moment(*at))],
            ..plain(
                "Your account was handed over",
                vec![
                    format!("After the waiting time, support handed your account at {site} to the person who had asked for it. This address and number no longer belong to it, or its second factors were removed."),
                    "If you did not ask for this, turn to our support at once.".to_owned(),
                ],
            )
        },
    }
}
