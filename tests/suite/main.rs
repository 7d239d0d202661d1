//! The test suite: one binary, a module a topic.

mod bad_input;
mod breadth;
mod cases;
mod claims;
mod explain;
mod fixtures;
mod links;
mod oracle;
mod problem;
mod rounding;
mod shapes;
mod sources;
mod traceability;
mod walls;
