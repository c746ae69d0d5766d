/** The kernel's bytes in base64, assembled from kernel.wat. */
export declare function assembleKernel(): Promise<string>;
