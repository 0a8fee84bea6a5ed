import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as requests from '../../src/att/codec/requests.ts';
import * as responses from '../../src/att/codec/responses.ts';
import * as values from '../../src/att/codec/value-pdus.ts';
import { MalformedPduError } from '../../src/core/errors.ts';
import type { Infer, Pdu, Shape } from '../../src/core/pdu.ts';
import * as signalling from '../../src/l2cap/codec/signalling.ts';
import * as smp from '../../src/smp/codec/smp-commands.ts';

const SEED = 0xc0dec;

/** What a table reads from any octets, it writes as it was; what it refuses, it refuses as malformed. Gives whether it read. */
const roundTrip = <S extends Shape>(table: Pdu<S>, octets: Uint8Array): boolean => {
  let value: Infer<S>;
  try {
    value = table.decode(octets);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedPduError);
    return false;
  }
  expect(table.encode(value)).toEqual(new Uint8Array(octets));
  expect(table.measure(value)).toBe(octets.length);
  expect(table.print(value)).toContain(table.name);
  return true;
};

type Check = (octets: Uint8Array) => boolean;
const checks: [string, Check][] = [];
const add = <S extends Shape>(table: Pdu<S>): void => {
  checks.push([table.name, (octets) => roundTrip(table, octets)]);
};

add(requests.ExchangeMtuRequest);
add(requests.FindInformationRequest);
add(requests.FindByTypeValueRequest);
add(requests.ReadByTypeRequest);
add(requests.ReadRequest);
add(requests.ReadBlobRequest);
add(requests.ReadMultipleRequest);
add(requests.ReadByGroupTypeRequest);
add(requests.WriteRequest);
add(requests.PrepareWriteRequest);
add(requests.ExecuteWriteRequest);
add(requests.ReadMultipleVariableRequest);
add(requests.WriteCommand);
add(requests.SignedWriteCommand);
add(responses.ErrorResponse);
add(responses.ExchangeMtuResponse);
add(responses.ReadResponse);
add(responses.WriteResponse);
add(responses.PrepareWriteResponse);
add(values.HandleValueNotification);
add(values.HandleValueIndication);
add(signalling.CommandRejectResponse);
add(signalling.DisconnectionRequest);
add(signalling.DisconnectionResponse);
add(signalling.ConnectionParameterUpdateRequest);
add(signalling.ConnectionParameterUpdateResponse);
add(signalling.LeCreditBasedConnectionRequest);
add(signalling.LeCreditBasedConnectionResponse);
add(signalling.FlowControlCreditIndication);
add(signalling.CreditBasedConnectionRequest);
add(signalling.CreditBasedConnectionResponse);
add(signalling.CreditBasedReconfigureRequest);
add(signalling.CreditBasedReconfigureResponse);
add(smp.PairingRequest);
add(smp.PairingConfirm);
add(smp.PairingFailed);
add(smp.CentralIdentification);
add(smp.IdentityAddressInformation);
add(smp.PairingPublicKey);

test.each(checks)('%s reads what it writes, and nothing else', (_, check) => {
  let read = 0;
  const octets = fc
    .nat({ max: 66 })
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
  fc.assert(
    fc.property(octets, (bytes) => {
      if (check(bytes)) read++;
    }),
    { seed: SEED, numRuns: 1_000 },
  );
  expect(read).toBeGreaterThan(0);
});
