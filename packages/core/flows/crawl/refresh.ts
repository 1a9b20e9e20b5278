/** The unit by which a run is known as a refresh. */
export const REFRESH = "refresh";
