/** What a sink may be called: its name is part of routes, metrics, stored deliveries and their ids. */
export const SINK_NAME = /^[a-z][a-z0-9-]{0,39}$/;
