//! A solved CAPTCHA is spent once. Stream `captcha-<hex>`, named by the challenge's own random number.

use crate::Timestamp;
use crate::aggregate::{Aggregate, events};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a challenge's stream. A challenge that nobody solves leaves none.
    pub enum CaptchaEvent {
        /// The solution was accepted; it is never again.
        "captcha.spent" v 1 => Spent {
            /// The source that it was made for, by the name that its streams bear.
            source: String,
        },
    }
}

/// A challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captcha {
    /// Whether its solution was accepted.
    pub spent: bool,
}

/// The solution was accepted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the solution was used before")]
pub struct Spent;

impl Captcha {
    /// Spends a solution that was found right.
    ///
    /// # Errors
    /// When it was spent before.
    pub fn spend(&self, source: &str) -> Result<Vec<CaptchaEvent>, Spent> {
        if self.spent { Err(Spent) } else { Ok(vec![CaptchaEvent::Spent { source: source.to_owned() }]) }
    }
}

impl Aggregate for Captcha {
    type Event = CaptchaEvent;
    const CATEGORY: &'static str = "captcha";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &CaptchaEvent, _at: Timestamp) {
        match event {
            CaptchaEvent::Spent { source: _ } => self.spent = true,
        }
    }
}
