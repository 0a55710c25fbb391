//! Which events call for which message. The one table of it.

use uuid::Uuid;
use watchbook_domain::account::{AccountEvent, LockReason, PasswordChange};
use watchbook_domain::detection::Action;
use watchbook_domain::notice::{FactorChange, Notice, PhoneChange};
use watchbook_domain::notification::{LinkPurpose, NoticeLink, Recipient};
use watchbook_domain::policy::seconds;
use watchbook_domain::{Account, ClientContext, EventId, LinkId, PhoneNumber, Policy, Timestamp};

/// Types of the events that may call for a message; everything else is passed over unopened.
pub(crate) const TYPES: &[&str] = &[
    "registration.repeated",
    "email_verification.requested",
    "sign_in.succeeded",
    "second_factor.recovery_code_accepted",
    "password.changed",
    "password.change_required",
    "password_reset.requested",
    "totp.enrolled",
    "totp.removed",
    "recovery_codes.generated",
    "passkey.enrolled",
    "passkey.removed",
    "passkey.copy_suspected",
    "account.locked",
    "account.unlocked",
    "detection.responded",
    "phone.verified",
    "phone.removed",
    "sms.enrolled",
    "sms.removed",
    "sms_code.requested",
    "sign_in.confirmation_requested",
    "email_change.requested",
    "email.changed",
    "email_change.undone",
    "email.wanted_elsewhere",
    "recovery_email.requested",
    "recovery_email.verified",
    "recovery_email.removed",
    "factor_recovery.requested",
    "factor_recovery.scheduled",
    "factor_recovery.stopped",
    "factor_recovery.completed",
];

/// The text message that an event calls for.
pub(crate) fn text_message(event: &AccountEvent) -> Option<(Recipient, Notice)> {
    match event {
        AccountEvent::SmsCodeRequested { code, number, good_for, expires_at } => Some((
            Recipient::Sms { phone: number.clone() },
            Notice::SmsCode { code: *code, good_for: *good_for, expires_at: *expires_at },
        )),
        _ => None,
    }
}

/// The mail that an event calls for, and the link it carries. `account` is as it is now.
pub(crate) fn notice(
    event: &AccountEvent,
    id: EventId,
    at: Timestamp,
    account: &Account,
    policy: &Policy,
) -> Option<(Notice, Option<NoticeLink>)> {
    let disown = || {
        let link = LinkId(Uuid::new_v5(&id.0, b"disown"));
        let expires_at = at + seconds(policy.disown_link_seconds);
        Some(NoticeLink { purpose: LinkPurpose::Disown, id: link, expires_at })
    };
    let factor = |change| Some((Notice::SecondFactorChanged { at, change }, disown()));
    let phone = |number: &PhoneNumber, change| {
        Some((Notice::PhoneChanged { at, change, masked: number.masked() }, disown()))
    };
    match event {
        AccountEvent::RegistrationRepeated { .. } => Some((Notice::AlreadyRegistered, None)),
        AccountEvent::EmailVerificationRequested { link, expires_at } if !account.email_verified => {
            let hours = u32::try_from(expires_at.since(at).num_hours()).unwrap_or(0);
            let link = NoticeLink { purpose: LinkPurpose::VerifyEmail, id: *link, expires_at: *expires_at };
            Some((Notice::VerifyEmail { hours }, Some(link)))
        }
        AccountEvent::PasswordResetRequested { link, expires_at, context } => {
            let minutes = u32::try_from(expires_at.since(at).num_minutes()).unwrap_or(0);
            let link = NoticeLink { purpose: LinkPurpose::ResetPassword, id: *link, expires_at: *expires_at };
            let ClientContext { device, place, .. } = context.clone();
            Some((Notice::ResetPassword { minutes, at, device, place }, Some(link)))
        }
        // The very first sign-in is on a new device by nature.
        AccountEvent::SignInSucceeded { new_device: true, earlier_sign_ins: 1.., context, .. } => {
            let ClientContext { device, place, address, .. } = context.clone();
            Some((Notice::NewDevice { at, device, place, address }, disown()))
        }
        // Of no use once the sign-in is over.
        AccountEvent::ConfirmationRequested { link, context, expires_at, .. }
            if account.unconfirmed(*link, at).is_some() =>
        {
            let minutes = u32::try_from(expires_at.since(at).num_minutes()).unwrap_or(0);
            let link = NoticeLink { purpose: LinkPurpose::ConfirmSignIn, id: *link, expires_at: *expires_at };
            let ClientContext { device, place, address, .. } = context.clone();
            Some((Notice::ConfirmSignIn { minutes, at, device, place, address }, Some(link)))
        }
        AccountEvent::PasswordChanged { change, .. } => {
            Some((Notice::PasswordChanged { at, by_reset: *change == PasswordChange::Reset }, disown()))
        }
        AccountEvent::TotpEnrolled { .. } => factor(FactorChange::TotpEnrolled),
        AccountEvent::TotpRemoved { .. } => factor(FactorChange::TotpRemoved),
        AccountEvent::RecoveryCodesGenerated { .. } => factor(FactorChange::RecoveryCodesGenerated),
        AccountEvent::PasskeyEnrolled { .. } => factor(FactorChange::PasskeyEnrolled),
        AccountEvent::PasskeyRemoved { .. } => factor(FactorChange::PasskeyRemoved),
        AccountEvent::PasskeyCopySuspected { .. } => factor(FactorChange::PasskeyCopySuspected),
        AccountEvent::RecoveryCodeAccepted { .. } => {
            let left = account.recovery_codes.as_ref().map_or(0, |codes| codes.left());
            factor(FactorChange::RecoveryCodeUsed { left })
        }
        AccountEvent::SmsEnrolled { .. } => factor(FactorChange::SmsEnrolled),
        AccountEvent::SmsRemoved => factor(FactorChange::SmsRemoved),
        AccountEvent::PhoneVerified { number, .. } => phone(number, PhoneChange::Set),
        AccountEvent::PhoneRemoved { number } => phone(number, PhoneChange::Removed),
        // The response that it comes with says why.
        AccountEvent::Locked { reason: LockReason::Detected, .. } => None,
        AccountEvent::DetectionResponded { action: Action::Lock, lock: Some(cause), .. } => {
            Some((Notice::LockedByAlert { at, cause: *cause }, None))
        }
        AccountEvent::DetectionResponded { action, detector, mailed, .. } if !mailed.is_empty() => {
            Some((Notice::Suspicion { at, cause: (*detector).into(), action: *action }, disown()))
        }
        AccountEvent::Locked { reason, .. } => Some((Notice::AccountLocked { at, reason: *reason }, None)),
        AccountEvent::Unlocked { .. } => Some((Notice::AccountUnlocked { at }, None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchbook_domain::account::UnlockReason;
    use watchbook_domain::{AttemptId, CredentialId, DeviceId, Event};

    fn told(event: &AccountEvent) -> Option<(&'static str, Option<LinkPurpose>)> {
        let (id, at) = (EventId(Uuid::from_u128(1)), Timestamp::from_micros(0));
        let found = notice(event, id, at, &Account::default(), &Policy::default());
        assert!(
            found.is_none() || TYPES.contains(&event.event_type()),
            "{} is passed over",
            event.event_type()
        );
        found.map(|(notice, link)| (notice.kind(), link.map(|link| link.purpose)))
    }

    fn sign_in(new_device: bool, earlier_sign_ins: u64) -> AccountEvent {
        AccountEvent::SignInSucceeded {
            attempt: AttemptId(Uuid::nil()),
            device: DeviceId(Uuid::nil()),
            new_device,
            earlier_sign_ins,
            context: ClientContext::default(),
            risk: None,
        }
    }

    #[test]
    fn what_the_owner_did_not_expect_can_be_disowned() {
        let disown = Some(LinkPurpose::Disown);
        let credential = CredentialId(Uuid::nil());
        assert_eq!(told(&sign_in(true, 1)), Some(("new_device", disown)));
        assert_eq!(told(&sign_in(true, 0)), None, "the first device of all");
        assert_eq!(told(&sign_in(false, 7)), None);
        let changed = AccountEvent::PasswordChanged {
            credential,
            change: PasswordChange::Changed,
            short: false,
            kept: 0,
        };
        assert_eq!(told(&changed), Some(("password_changed", disown)));
        for event in [
            AccountEvent::TotpEnrolled { credential, step: 1 },
            AccountEvent::TotpRemoved { credential },
            AccountEvent::RecoveryCodesGenerated { credential, count: 10 },
            AccountEvent::PasskeyRemoved { passkey: credential },
            AccountEvent::PasskeyCopySuspected { passkey: credential, counter: 1, last_counter: 2 },
        ] {
            assert_eq!(told(&event), Some(("second_factor_changed", disown)));
        }
        assert_eq!(told(&AccountEvent::SmsRemoved), Some(("second_factor_changed", disown)));
        let number = PhoneNumber::parse("+351912345678").unwrap();
        assert_eq!(told(&AccountEvent::PhoneRemoved { number }), Some(("phone_changed", disown)));
        let locked = AccountEvent::Locked { reason: LockReason::Disowned, note: None };
        assert_eq!(told(&locked), Some(("account_locked", None)));
        assert_eq!(
            told(&AccountEvent::Unlocked { reason: UnlockReason::Operator }),
            Some(("account_unlocked", None))
        );
    }

    #[test]
    fn the_owner_is_asked_as_long_as_there_is_something_to_confirm() {
        use watchbook_domain::account::{Level, Risk, RiskLevel, TokenDigest};
        let (at, expires_at) = (Timestamp::from_micros(0), Timestamp::from_micros(1_800_000_000));
        let (attempt, link) = (AttemptId(Uuid::nil()), LinkId(Uuid::from_u128(3)));
        let context = ClientContext { device: "Firefox on Linux".into(), ..ClientContext::default() };
        let started =
            AccountEvent::SignInStarted { attempt, device: None, context: context.clone(), expires_at };
        let asked = AccountEvent::ConfirmationRequested {
            attempt,
            link,
            secret_digest: TokenDigest([0; 32]),
            level: Level::Aal1,
            context,
            risk: Risk { level: RiskLevel::Risky, reasons: vec![] },
            expires_at,
        };
        let mut account = Account::default();
        for event in [&started, &asked] {
            watchbook_domain::Aggregate::evolve(&mut account, event, at);
        }
        let mail = |account: &Account| notice(&asked, EventId(Uuid::nil()), at, account, &Policy::default());
        let (told, carried) = mail(&account).unwrap();
        assert!(matches!(told, Notice::ConfirmSignIn { minutes: 30, .. }));
        let expected = NoticeLink { purpose: LinkPurpose::ConfirmSignIn, id: link, expires_at };
        assert_eq!(carried, Some(expected));
        let locked = AccountEvent::Locked { reason: LockReason::Operator, note: None };
        watchbook_domain::Aggregate::evolve(&mut account, &locked, at);
        assert!(mail(&account).is_none(), "over before the mail was written");
    }
}
