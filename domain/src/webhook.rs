//! Deliveries to another system that were given up. Stream `webhook-<uuid5>`: one event for one endpoint.

use crate::aggregate::{Aggregate, events};
use crate::{EventId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names deliveries and the keys that seal them.
const WEBHOOKS: Uuid = Uuid::from_u128(0x5c1d_0a6e_9b37_4f42_8a15_77e0_c2d4_913f);

events! {
    /// An event of a delivery's stream.
    pub enum WebhookEvent {
        /// It was given up, and waits until somebody asks for it.
        "webhook.parked" v 1 => Parked {
            /// The endpoint's name.
            endpoint: String,
            /// What was to be delivered.
            event: EventId,
            /// Its stream,
            stream: String,
            /// and its version there.
            version: u64,
            /// Where it is in the log.
            position: u64,
            /// Of that event.
            event_type: String,
            /// Tries since the start.
            tries: u32,
            /// The status that the endpoint answered with; none when it did not answer.
            status: Option<u16>,
        },
        /// Somebody asked for it, and it was taken.
        "webhook.replayed" v 1 => Replayed,
    }
}

/// A delivery that was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Whether it waits.
    pub parked: bool,
}

impl Webhook {
    /// Names the delivery of an event to an endpoint: in its stream, and to the endpoint.
    pub fn id(endpoint: &str, event: EventId) -> Uuid {
        Uuid::new_v5(&event.0, format!("webhook:{endpoint}").as_bytes())
    }

    /// Whose key seals the deliveries to an endpoint.
    pub fn subject(endpoint: &str) -> SubjectId {
        SubjectId(Uuid::new_v5(&WEBHOOKS, endpoint.as_bytes()))
    }

    /// Gives it up, unless it was before.
    pub fn park(&self, parked: WebhookEvent) -> Vec<WebhookEvent> {
        if self.parked { vec![] } else { vec![parked] }
    }

    /// It was taken after all.
    pub fn replayed(&self) -> Vec<WebhookEvent> {
        if self.parked { vec![WebhookEvent::Replayed] } else { vec![] }
    }
}

impl Aggregate for Webhook {
    type Event = WebhookEvent;
    const CATEGORY: &'static str = "webhook";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &WebhookEvent, _at: Timestamp) {
        self.parked = matches!(event, WebhookEvent::Parked { .. });
    }
}
