//! Known devices: named and removed by their owner.

use super::session::remove_device;
use super::{Account, AccountEvent, Rejection};
use crate::{DeviceId, SessionId, Timestamp};

/// Most characters of a name.
const LONGEST_NAME: usize = 64;

/// A name without the blanks around it, of a device or of a passkey.
pub(super) fn name_of(name: &str) -> Result<&str, Rejection> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Rejection::NameInvalid);
    }
    Ok(name)
}

/// Names a device.
#[derive(Clone, Debug)]
pub struct RenameDevice {
    /// The device.
    pub device: DeviceId,
    /// Its name: 1 to 64 characters, none of them a control character.
    pub name: String,
}

impl RenameDevice {
    /// # Errors
    /// `DeviceUnknown`, `NameInvalid`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        let known = account.devices.get(&self.device).ok_or(Rejection::DeviceUnknown)?;
        let name = name_of(&self.name)?;
        if known.name == name {
            return Ok(vec![]);
        }
        Ok(vec![AccountEvent::DeviceRenamed { device: self.device, name: name.to_owned() }])
    }
}

/// Removes a device and ends its sessions.
#[derive(Clone, Debug)]
pub struct RemoveDevice {
    /// The device.
    pub device: DeviceId,
    /// The session it is removed from, which must be alive.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl RemoveDevice {
    /// # Errors
    /// `DeviceUnknown`, `SessionOver`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        account.known_device(Some(self.device)).ok_or(Rejection::DeviceUnknown)?;
        Ok(remove_device(account, self.device).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    #[test]
    fn names_are_trimmed_and_plain() {
        let rename = |name: &str| RenameDevice { device: DEVICE, name: name.into() };
        given(signed_in(0))
            .when_at(5, |a| rename("  my phone ").decide(a))
            .then(vec![AccountEvent::DeviceRenamed { device: DEVICE, name: "my phone".into() }])
            .when(|a| rename("my phone").decide(a))
            .then(vec![])
            .when(|a| rename(" ").decide(a))
            .then_rejected(Rejection::NameInvalid)
            .when(|a| rename("a\u{7}b").decide(a))
            .then_rejected(Rejection::NameInvalid)
            .when(|a| rename(&"x".repeat(65)).decide(a))
            .then_rejected(Rejection::NameInvalid);
    }

    #[test]
    fn a_removed_device_is_a_stranger_without_sessions() {
        let remove = RemoveDevice { device: DEVICE, session: SessionId(id(session_of(0))), now: at(5) };
        given(signed_in(0))
            .when_at(5, |a| remove.decide(a))
            .then_types(&["session.ended", "device.removed"])
            .check(|a| {
                assert_eq!(a.known_device(Some(DEVICE)), None);
                assert!(a.sessions.is_empty());
            });
    }
}
