/** The pattern of sink names, which are part of routes, metrics, stored deliveries and their ids. */
export const SINK_NAME = /^[a-z][a-z0-9-]{0,39}$/;
