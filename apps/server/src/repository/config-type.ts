import { oipDatatypeNames, type OipDatatype } from '@groundglass/client';

/** The name of a data type in `config.pbtxt`, such as `TYPE_FP32`. */
export const configTypeOf = (datatype: OipDatatype): string =>
  datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;

/** All of them. */
export const configTypes = oipDatatypeNames.map(configTypeOf) as [string, ...string[]];
