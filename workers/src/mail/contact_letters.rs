//! The words of notices about addresses.

use super::letter::{Letter, Link, NOT_YOU, counted, factor_letter, moment};
use super::render::RenderContext;
use watchbook_domain::notice::{Contact, ContactChange};

pub(super) fn prove_address(site: &str, hours: u32, contact: Contact, context: &RenderContext<'_>) -> Letter {
    let (heading, told) = match contact {
        Contact::Email => (
            "Confirm your new e-mail address",
            format!("This address is to be the new e-mail address of an account at {site}."),
        ),
        Contact::RecoveryEmail => (
            "Confirm your recovery address",
            format!("This address is to be the recovery address of an account at {site}."),
        ),
    };
    Letter {
        subject: format!("{heading} ({site})"),
        heading: heading.to_owned(),
        told: vec![
            told,
            "If you do not know of it, do nothing: without your confirmation the address is not used."
                .to_owned(),
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

pub(super) fn contact_changed(
    site: &str,
    change: ContactChange,
    masked: &str,
    context: &RenderContext<'_>,
) -> Letter {
    match change {
        ContactChange::EmailChanged => email_changed(site, masked, context),
        ContactChange::EmailRestored => Letter {
            subject: format!("Your e-mail address is the old one again ({site})"),
            heading: "Your e-mail address is the old one again".to_owned(),
            told: vec![
                format!("The change of the e-mail address of your {site} account was undone: it is {masked} again."),
                "Every session has ended and the account is locked. To open it, set a new password over a link that we mail to this address.".to_owned(),
            ],
            link: Some(Link::to_page(context, "/forgot", "Set a new password".to_owned())),
            ..Letter::default()
        },
        ContactChange::RecoveryEmailSet => factor_letter(
            "A recovery address was set",
            format!("The recovery address {masked} was confirmed for your {site} account. It replaces any earlier one."),
            site,
            context,
        ),
        ContactChange::RecoveryEmailRemoved => factor_letter(
            "The recovery address was removed",
            format!("The recovery address {masked} was removed from your {site} account."),
            site,
            context,
        ),
    }
}

fn email_changed(site: &str, masked: &str, context: &RenderContext<'_>) -> Letter {
    let (advice, link) = match context.action_link {
        Some(url) => (
            "If this change was yours, you need not do anything. If not, undo it with the link below: this address is the account's again, all sessions end at once, and you set a new password.",
            Link {
                purpose: "This was not me: undo the change".to_owned(),
                url: url.to_owned(),
                terms: vec![match context.link_expires_at {
                    Some(until) => format!("The link works until {} and only once. You are asked to confirm before anything happens.", moment(until)),
                    None => "The link works for a limited time and only once. You are asked to confirm before anything happens.".to_owned(),
                }],
            },
        ),
        None => (
            "If this change was yours, you need not do anything. If not, look for our mail to the old address and undo the change with the link in it, or set a new password at once.",
            Link::to_page(context, "/forgot", "Set a new password".to_owned()),
        ),
    };
    Letter {
        subject: format!("Your e-mail address was changed ({site})"),
        heading: "Your e-mail address was changed".to_owned(),
        told: vec![format!(
            "The e-mail address of your {site} account is now {masked}. The old one can no longer be used to sign in."
        )],
        advice_heading: NOT_YOU,
        advice: vec![advice.to_owned()],
        link: Some(link),
        ..Letter::default()
    }
}

pub(super) fn wanted_elsewhere(site: &str, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("Somebody wanted to use your address at {site}"),
        heading: "Somebody wanted to use your address".to_owned(),
        told: vec![
            format!("Somebody who is signed in to another account at {site} wanted to use this address there. It belongs to your account, so nothing was changed."),
            "If it was you, use another address there. If it was not you, you need not do anything. Whoever it was has not been told that you have an account.".to_owned(),
        ],
        link: Some(Link::to_page(context, "/forgot", "Set a new password".to_owned())),
        ..Letter::default()
    }
}

pub(super) fn reset_held(site: &str, context: &RenderContext<'_>) -> Letter {
    Letter {
        subject: format!("A new password was asked for ({site})"),
        heading: "A new password was asked for".to_owned(),
        told: vec![
            format!("Somebody asked to set a new password for your {site} account."),
            "Its e-mail address was changed a short while ago. For some days after a change, links that set a password go to the address before it, so that nobody can take over an account by changing its address.".to_owned(),
        ],
        advice_heading: NOT_YOU,
        advice: vec!["If you did not ask for this, do nothing: your password stays as it is.".to_owned()],
        link: Some(Link::to_page(context, "/forgot", "Ask again later".to_owned())),
        ..Letter::default()
    }
}
