/** The device's microphone, as it hears: no echo, noise or level is corrected. */

import tap from "./tap.worklet.ts?worker&url";

/** message: what to do about it. */
export class NoMicrophone extends Error {}

export class Microphone {
  readonly #context: AudioContext;
  readonly #stream: MediaStream;
  readonly rate: number;

  private constructor(context: AudioContext, stream: MediaStream) {
    this.#context = context;
    this.#stream = stream;
    this.rate = context.sampleRate;
  }

  /** Asks for it, and calls `heard` with each block of samples until it is stopped. Raises NoMicrophone. */
  static async open(heard: (block: Float32Array) => void): Promise<Microphone> {
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode)
      throw new NoMicrophone("This browser gives a page no microphone, or only over https. Choose a file instead.");
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: plain }).catch((error: DOMException) => {
      throw new NoMicrophone(
        error.name === "NotFoundError"
          ? "This device has no microphone that the browser can find. Connect one, or choose a file."
          : "This page may not use the microphone. Allow it beside the browser's address, or choose a file.",
      );
    });
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(tap);
      const node = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
      node.port.onmessage = ({ data }) => heard(data as Float32Array);
      context.createMediaStreamSource(stream).connect(node);
      await context.resume();
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
      throw error;
    }
    return new Microphone(context, stream);
  }

  stop(): void {
    for (const track of this.#stream.getTracks()) track.stop();
    if (this.#context.state !== "closed") void this.#context.close();
  }
}
