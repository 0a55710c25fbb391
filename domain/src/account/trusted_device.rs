//! Devices that, having proved a second factor once, need none for a while: the password is enough on them, as long as
//! nothing is unusual. What opens so is a session of one factor, and every sensitive change still asks for the other.

use super::{Account, AccountEvent, RiskLevel};
use crate::policy::{Policy, seconds};
use crate::{ClientContext, DeviceId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Until when which device is trusted. Never more than there are known devices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedDevices(BTreeMap<DeviceId, Timestamp>);

impl TrustedDevices {
    /// Until when a device is trusted; `None` when it is not now.
    pub fn until(&self, device: DeviceId, now: Timestamp) -> Option<Timestamp> {
        self.0.get(&device).copied().filter(|until| now < *until)
    }

    /// Whatever may mean that somebody else has a credential ends all trust; the end of a device ends its own.
    pub(super) fn evolve(&mut self, event: &AccountEvent) {
        use AccountEvent as E;
        match event {
            E::DeviceTrusted { device, until } => {
                self.0.insert(*device, *until);
            }
            E::DeviceRemoved { device } => {
                self.0.remove(device);
            }
            E::Locked { .. }
            | E::SignInDisowned { .. }
            | E::PasswordChanged { .. }
            | E::PasswordChangeRequired { .. }
            | E::TotpEnrolled { .. }
            | E::TotpRemoved { .. }
            | E::RecoveryCodesGenerated { .. }
            | E::PasskeyEnrolled { .. }
            | E::PasskeyRemoved { .. }
            | E::PasskeyCopySuspected { .. }
            | E::SmsEnrolled { .. }
            | E::SmsRemoved
            | E::PhoneVerified { .. }
            | E::PhoneRemoved { .. }
            | E::EmailChanged { .. }
            | E::EmailChangeUndone { .. }
            | E::Recovered { .. } => self.0.clear(),
            _ => {}
        }
    }
}

impl Account {
    /// Whether the password alone is enough on this device now.
    pub(super) fn trusts(
        &self,
        device: Option<DeviceId>,
        context: &ClientContext,
        policy: &Policy,
        now: Timestamp,
    ) -> bool {
        let trusted = self.known_device(device).filter(|id| self.trusted_devices.until(*id, now).is_some());
        policy.trusted_device_seconds > 0
            && trusted.is_some()
            && self.stepped_up(now).is_none()
            && self.risk(context, true, &policy.risk, now).level == RiskLevel::Usual
    }
}

/// What makes a device trusted, if the policy has it so.
pub(super) fn trusted(device: DeviceId, policy: &Policy, now: Timestamp) -> Option<AccountEvent> {
    let until = now + seconds(policy.trusted_device_seconds);
    (policy.trusted_device_seconds > 0).then_some(AccountEvent::DeviceTrusted { device, until })
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use crate::account::{
        ChangePassword, Disown, Level, NewSession, PasswordChange, Rejection, RemoveTotp, ResolvePassword,
        ResolveSecondFactor,
    };
    use crate::policy::Policy;
    use crate::{CredentialId, LinkId, SessionId};

    const DAY: i64 = 86_400;

    fn allowed() -> Policy {
        Policy { trusted_device_seconds: 30 * 86_400, ..policy() }
    }

    fn on_device(session: NewSession) -> NewSession {
        NewSession { device: Some(DEVICE), trust_device: true, ..session }
    }

    /// Trusted at 100.
    fn trusting(policy: &Policy) -> Given {
        let resolve = code(1, guess_of(1), Some(900), 100);
        let resolve = ResolveSecondFactor { session: on_device(resolve.session.clone()), ..resolve };
        given(with_totp(0))
            .password(1, 100)
            .when_at(100, |a| start_code(1, 100).decide(a, policy))
            .then_accepted()
            .when_at(100, |a| resolve.decide(a, policy))
            .then_accepted()
    }

    fn password_on(device: Option<DeviceId>, t: i64, given: Given, policy: &Policy) -> When {
        let resolve = resolve(7, true, t);
        let resolve =
            ResolvePassword { session: NewSession { device, ..resolve.session.clone() }, ..resolve };
        given
            .when_at(t, |a| start(7, device, t).decide(a, policy))
            .then_accepted()
            .when_at(t, |a| resolve.decide(a, policy))
    }

    #[test]
    fn the_password_is_enough_there_for_thirty_days_and_opens_one_factor() {
        let policy = allowed();
        password_on(Some(DEVICE), 30 * DAY, trusting(&policy), &policy)
            .then_types(&["sign_in.succeeded", "session.opened"])
            .check(|a| assert_eq!(a.sessions[&SessionId(id(session_of(7)))].level, Level::Aal1))
            // Row 13: a sensitive change still asks for the factor.
            .when(|a| {
                let session = SessionId(id(session_of(7)));
                RemoveTotp { session, now: at(30 * DAY) }.decide(a, &policy)
            })
            .then_rejected(Rejection::ReauthenticationRequired);
        password_on(Some(DEVICE), 30 * DAY + 101, trusting(&policy), &policy)
            .then_types(&["sign_in.password_accepted"]);
        password_on(None, DAY, trusting(&policy), &policy).then_types(&["sign_in.password_accepted"]);
        password_on(Some(DEVICE + 1), DAY, trusting(&policy), &policy)
            .then_types(&["sign_in.password_accepted"]);
    }

    #[test]
    fn nobody_is_trusted_unless_the_policy_allows_it() {
        password_on(Some(DEVICE), DAY, trusting(&policy()), &policy())
            .then_types(&["sign_in.password_accepted"]);
        // Turned off later, it ends what was trusted before.
        password_on(Some(DEVICE), DAY, trusting(&allowed()), &policy())
            .then_types(&["sign_in.password_accepted"]);
    }

    #[test]
    fn row_33_what_ends_trust() {
        let policy = allowed();
        let session = SessionId(id(session_of(1)));
        let ended: Vec<Vec<AccountEvent>> = vec![
            vec![AccountEvent::PasswordChanged {
                credential: CredentialId(id(9)),
                change: PasswordChange::Reset,
                short: false,
                kept: 0,
            }],
            vec![AccountEvent::RecoveryCodesGenerated { credential: CredentialId(id(9)), count: 10 }],
            vec![AccountEvent::SmsRemoved],
            vec![AccountEvent::DeviceRemoved { device: DEVICE }],
        ];
        for events in ended {
            let given = trusting(&policy).and(events, 200);
            password_on(Some(DEVICE), DAY, given, &policy).then_types(&["sign_in.password_accepted"]);
        }
        let change = ChangePassword { session, new: new_password(9), now: at(200) };
        let given = trusting(&policy).when_at(200, |a| change.decide(a, &policy)).then_accepted();
        password_on(Some(DEVICE), DAY, given, &policy).then_types(&["sign_in.password_accepted"]);
        let disown = Disown { link: LinkId(id(90)), link_expires_at: at(DAY), now: at(200) };
        let given = trusting(&policy).when_at(200, |a| disown.decide(a)).then_accepted();
        given.check(|a| assert_eq!(a.trusted_devices, TrustedDevices::default()));
    }
}
