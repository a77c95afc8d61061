/** `vm:100` is qemu/100, `ct:101` lxc/101; what is neither is no guest. */
export function guestOfSid(sid: string): string | undefined {
  const parts = /^(vm|ct):(\d{1,9})$/.exec(sid);
  return parts ? `${parts[1] === 'vm' ? 'qemu' : 'lxc'}/${parts[2]}` : undefined;
}
