/* A page without practising. */
const FINE = [], practised = {}, ask = () => {}, judgeAll = () => {};
