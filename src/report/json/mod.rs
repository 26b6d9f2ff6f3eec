//! The audit for machines.

pub mod v1;
