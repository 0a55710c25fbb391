//! Addresses: a second one, and one that is not the owner's.

use super::client::Stop;
use super::entrance::Entered;
use super::life::Life;
use super::message::Kind as MailKind;
use super::rng::Rng;
use reqwest::Method;
use serde_json::json;

impl Life {
    /// Sets a recovery address, if there is none, and says that all addresses are right.
    ///
    /// # Errors
    /// When something unexpected happens, as for all journeys.
    pub async fn look_after_addresses(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        self.have_recovery_address(rng).await?;
        let mut session = self.sign_in(rng).await?;
        let confirmed =
            self.within(&session, Method::POST, "/v1/account/contact/confirm").await?.wanting(204)?;
        session.position = confirmed.position.or(session.position);
        let account = self.within(&session, Method::GET, "/v1/account").await?.wanting(200)?.body;
        let reviewed =
            account["contact_confirmed_at"].is_string() && account["contact_review_due"] == json!(false);
        if !reviewed || account["recovery_email"] != json!(self.person.address("second")) {
            return Err(Stop::Unexpected(
                "addresses that were looked after are not as they were left".into(),
            ));
        }
        self.world.tally.note("addresses were looked after");
        Ok(())
    }

    /// Sets a recovery address, if there is none.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn have_recovery_address(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let session = self.sign_in(rng).await?;
        if self.second {
            return Ok(());
        }
        let address = self.person.address("second");
        let mark = self.mark(&address);
        let body = json!({ "email": address });
        let asked = self.post_patiently(&session, "/v1/recovery-email", body).await?;
        if asked.problem == "conflict" && self.old {
            self.second = true;
            return Ok(());
        }
        asked.wanting(202)?;
        let token = self.link(&address, mark, MailKind::ConfirmRecovery, "to the recovery address").await?;
        self.follow("/v1/recovery-email/confirm", json!({ "token": token })).await?.wanting(204)?;
        self.second = true;
        self.world.tally.note("a recovery address was proved");
        Ok(())
    }

    /// Somebody changes the address of the account; the old one takes it back.
    ///
    /// # Errors
    /// When the change, its mail or the way back is not as it should be.
    pub async fn change_address_and_back(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let other = self.sign_in(rng).await?;
        let session = self.sign_in(rng).await?;
        let (old, new) = (self.person.email.clone(), self.person.address("moved"));
        let mark = self.mark(&new);
        let asked = self.post_patiently(&session, "/v1/email/change", json!({ "email": new })).await?;
        if asked.problem == "conflict" && self.old {
            return Err(Stop::Aside("a change of address of an earlier run can still be undone"));
        }
        asked.wanting(202)?;
        let token = self.link(&new, mark, MailKind::ConfirmAddress, "to the new address").await?;
        let mark = self.mark(&old);
        self.follow("/v1/email/change/confirm", json!({ "token": token })).await?.wanting(204)?;
        self.is_over(&other).await?;
        let (home, device) = (self.person.home.clone(), self.home_token.clone());
        match self.enter(home.clone(), device.clone(), rng).await? {
            Entered::Refused => {}
            Entered::In(_) => return Err(Stop::Unexpected("an address that was changed signed in".into())),
        }
        let thief = self.expect_in_as(&new, home, device, rng).await?;
        self.world.tally.note("an address was changed");

        let undo = self.link(&old, mark, MailKind::UndoAddress, "to the old address").await?;
        self.follow("/v1/email/change/undo", json!({ "token": undo })).await?.wanting(204)?;
        self.is_over(&thief).await?;
        self.world.tally.note("an address was taken back");
        self.come_back_after_lock(rng).await
    }
}
