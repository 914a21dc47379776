/** Hands on what a microphone gives, block by block: the mean of its channels. Runs on the audio thread. */

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

registerProcessor(
  "tap",
  class extends AudioWorkletProcessor {
    process([channels = []]: Float32Array[][]): boolean {
      const [first, ...others] = channels;
      if (first) {
        const block = first.slice();
        for (const other of others)
          for (let i = 0; i < block.length; i += 1) block[i] = (block[i] as number) + (other[i] as number);
        if (others.length) for (let i = 0; i < block.length; i += 1) block[i] = (block[i] as number) / channels.length;
        this.port.postMessage(block, [block.buffer]);
      }
      return true;
    }
  },
);
