/* eslint-disable */
import { anyApi, componentsGeneric } from 'convex/server';
export const api = anyApi;
export const internal = anyApi;
export const components = componentsGeneric();
