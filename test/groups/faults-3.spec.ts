import { declareSpecs } from '../support/grouped-specs';

declareSpecs('faults', 2, 3);
