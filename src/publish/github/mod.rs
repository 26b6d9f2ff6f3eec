//! GitHub's API, as publishing needs it: reads that wait, writes that are never repeated blindly.

mod api;
mod error;
mod event;
mod slug;

pub use api::{Access, Answer, Api, Own, Pause, Thread, Tokio, User};
pub use error::ApiError;
pub use event::{Event, EventError};
pub use slug::{Slug, SlugError};
