//! What a reactor remembers, beside its cursor: both are written in one transaction, behind its fence.

use crate::cell::{Cell as _, Value};
use crate::leases::Fence;
use crate::views::{REACTOR_CURSOR, SET_REACTOR_CURSOR};
use crate::{Views, ViewsError};
use watchbook_eventlog::Position;

const PARTS: &str = "SELECT sealed FROM reactor_states WHERE name = $1 ORDER BY part";
const DROP: &str = "DELETE FROM reactor_states WHERE name = $1";
const INSERT: &str = "INSERT INTO reactor_states (name, part, sealed) VALUES ($1, $2, $3)";

impl Views {
    /// How far a reactor had come and what it remembered then, in the parts it was given in; none when there is nothing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reactor_state(&self, name: &str) -> Result<(Position, Vec<Vec<u8>>), ViewsError> {
        let mut snapshot = self.database().snapshot().await?;
        let cursor = snapshot.fetch(REACTOR_CURSOR, &[Value::Text(name)]).await?;
        let cursor = cursor.first().map(|cursor| Position::read(cursor, 0)).transpose()?;
        let parts = snapshot.fetch(PARTS, &[Value::Text(name)]).await?;
        let parts = parts.iter().map(|part| part.bytes(0)).collect::<Result<_, _>>()?;
        Ok((cursor.unwrap_or(Position::START), parts))
    }

    /// Puts cursor and state in the place of those before, together or not at all.
    ///
    /// # Errors
    /// When the database cannot be written; `Fenced` when another process has taken over.
    pub async fn set_reactor_state(
        &self,
        name: &str,
        cursor: Position,
        parts: &[Vec<u8>],
        fence: Fence,
    ) -> Result<(), ViewsError> {
        let mut transaction = self.begin().await?;
        let values = [Value::Text(name), cursor.value(), Value::Integer(fence.epoch())];
        if transaction.fetch(SET_REACTOR_CURSOR, &values).await?.is_empty() {
            return Err(ViewsError::Fenced);
        }
        transaction.fetch(DROP, &[Value::Text(name)]).await?;
        for (n, part) in (0..).zip(parts) {
            let values = [Value::Text(name), Value::Integer(n), Value::Bytes(part)];
            transaction.fetch(INSERT, &values).await?;
        }
        Ok(transaction.commit().await?)
    }
}
