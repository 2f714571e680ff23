//! Renewing the token of a connection.

use super::{Backend, Connection};
use crate::error::Result;
use crate::secret::Secret;

impl Connection {
    /// Calls that begin from now on have this token. Those under way go on with theirs. A file has none.
    pub fn set_token(&self, token: Secret) -> Result<()> {
        let _entered = self.enter()?;
        let (Backend::Replica { primary, .. } | Backend::Remote { primary }) = &self.backend else { return Ok(()) };
        let credentials = primary.set_token(token)?;
        match &self.backend {
            Backend::Replica { replica, .. } => replica.set_credentials(&credentials),
            _ => Ok(()),
        }
    }
}
